# SPDX-License-Identifier: Apache-2.0
"""`extractor = "video-quality"`: every number is what a direct run of ffmpeg's libvmaf says of the same pair, and no clip gets a row that was not
decoded whole."""
import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import shutil
import signal
import statistics
import subprocess

import pyarrow.parquet
import pytest
from schemas import hold

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ALL = {"adm2": "", "adm_scale0": "", "adm_scale1": "", "adm_scale2": "", "adm_scale3": "", "vif_scale0": "", "vif_scale1": "",
            "vif_scale2": "", "vif_scale3": "", "motion2": "", "motion3": "", "psnr_y": "psnr", "psnr_cb": "psnr", "psnr_cr": "psnr",
            "float_ssim": "float_ssim", "float_ms_ssim": "float_ms_ssim", "cambi": "cambi", "ciede2000": "ciede", "psnr_hvs": "psnr_hvs",
            "vmaf": "", "adm3": ""}  # in the order of the columns; the extractor of libvmaf that has to be asked for
QUICK = {feature: extractor for feature, extractor in ALL.items() if extractor not in ("ciede", "float_ms_ssim", "psnr_hvs", "cambi")}
PICTURES = ["testsrc2=s=192x176:r=25", "mandelbrot=s=208x176:r=30000/1001", "smptebars=s=192x176:r=10",
            "life=s=96x88:r=24:seed=1:ratio=0.3:mold=10:death_color=blue,scale=192:176:flags=neighbor", "cellauto=s=192x176:r=25:seed=1",
            "gradients=s=224x224:r=50:seed=1:speed=0.1", "rgbtestsrc=s=192x176:r=25", "sierpinski=s=192x176:r=25:seed=1",
            "color=c=teal:s=192x176:r=25,noise=alls=40:allf=t:all_seed=1"]
QUALITIES = [18, 26, 32, 38, 43, 48, 51]


def real_ffmpeg():
    ours = SOURCE / ".deps/ffmpeg/bin/ffmpeg"
    found = os.environ.get("HOLDFAST_FFMPEG") or (str(ours) if ours.exists() else shutil.which("ffmpeg"))
    assert found, "no ffmpeg with libvmaf: scripts/setup.sh test fetches one"
    return os.path.realpath(found)


FFMPEG = real_ffmpeg()


def ffmpeg(*arguments, cwd=None):
    done = subprocess.run([FFMPEG, "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)], cwd=cwd, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, f"ffmpeg {arguments}: {done.stderr}"


def make(path, picture="testsrc2=s=192x176:r=25", frames=12, words=("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")):
    ffmpeg("-f", "lavfi", "-i", picture, "-frames:v", frames, "-pix_fmt", "yuv420p", *words, "-threads", 1, path)


def encode(source, to, quality, *words):
    ffmpeg("-i", source, "-c:v", "libx264", "-crf", quality, "-threads", 1, "-movflags", "+faststart", *words, to)


def direct_log(folder, clip, reference, features=("vmaf",), graph="[0:v][1:v]"):
    """What a plain run of ffmpeg's libvmaf says: the truth."""
    asked = "|".join(dict.fromkeys(f"name={extractor}" for extractor in map(ALL.get, features) if extractor))
    log = folder / f"{os.path.basename(clip)}.json"
    inputs = ["-i", clip] + (["-i", reference] if reference else [])
    ffmpeg(*inputs, "-lavfi", f"{graph}libvmaf=log_fmt=json:log_path={log.name}" + (f":feature={asked}" if asked else ""), "-f", "null", "-",
           cwd=folder)
    return json.loads(log.read_text())


def summary(log, feature):
    name = feature if feature in log["frames"][0]["metrics"] else "integer_" + feature
    values = [frame["metrics"].get(name) for frame in log["frames"]]
    values = [value for value in values if value is not None]
    pooled = log["pooled_metrics"].get(name, {}).get("mean")
    return (statistics.fmean(values), statistics.pstdev(values), pooled) if values else (None, None, None)


def close(ours, theirs, within=1e-9):
    return ours is theirs is None or math.isclose(ours, theirs, rel_tol=within, abs_tol=within)


def compare(row, log, features):
    assert row["frames"] == len(log["frames"])
    for feature in features:
        mean, deviation, pooled = summary(log, feature)
        assert close(row[f"{feature}_mean"], mean) and close(row[f"{feature}_std"], deviation), (row["key"], feature)
        assert pooled is None or abs(row[f"{feature}_mean"] - pooled) <= 1e-6, (row["key"], feature)


def columns_of(features):
    return ["key", "width", "height", "fps", "frames"] + [f"{feature}_{what}" for feature in features for what in ("mean", "std")]


class Clips:
    """An extraction of clips in a workspace."""

    def __init__(self, workspace):
        self.workspace, self.folder = workspace, workspace.folder
        for name in ("clips", "reference", "features"):
            (self.folder / name).mkdir()
        self.out = self.folder / "features/q.parquet"
        self.configure()

    def configure(self, reference='reference = "reference/{key}"', features='features = ["vmaf", "psnr"]', ffmpeg=FFMPEG, extra=""):
        (self.folder / "holdfast.toml").write_text(
            f'[workspace]\ncatalog = "{self.workspace.database.url}"\n\n[extract.q]\nitems = "clips/*.mp4"\nout = "features/q.parquet"\n'
            f'extractor = "video-quality"\ntries = 1\nffmpeg = "{ffmpeg}"\n{reference}\n{features}\n{extra}\n')

    def pair(self, name, clip, reference):
        for folder, file in (("clips", clip), ("reference", reference)):
            if file is not None:
                shutil.copy(file, os.path.join(self.folder, folder, name))

    def run(self, *arguments, expect=0, **options):
        report = self.workspace.json("extract", "run", "--jobs", "2", *arguments, expect=expect, **options)
        hold("extract-run", report)
        return report

    def why(self, **options):
        return {each["key"]: each["why"] for each in self.run(expect=3, **options)["failed"]}

    def table(self):
        return pyarrow.parquet.read_table(self.out)

    def rows(self):
        return {row["key"]: row for row in self.table().to_pylist()}

    def script(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\nreal='{FFMPEG}'\n{text}\n")
        path.chmod(0o755)
        return path


@pytest.fixture
def clips(sqlite_workspace):
    return Clips(sqlite_workspace)


@pytest.fixture(scope="session")
def material(tmp_path_factory):
    """A reference, what was made of it, and how it can be damaged."""
    folder = tmp_path_factory.mktemp("material")
    make(folder / "reference.mp4", "mandelbrot=s=224x224:r=25:end_pts=50", frames=40)
    encode(folder / "reference.mp4", folder / "good.mp4", 30)
    ffmpeg("-i", folder / "reference.mp4", "-frames:v", 17, "-c:v", "libx264", "-qp", 0, folder / "short.mp4")
    ffmpeg("-i", folder / "reference.mp4", "-vf", "scale=160:120", "-c:v", "libx264", folder / "small.mp4")
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", folder / "sound.mp4")
    ffmpeg("-i", folder / "good.mp4", "-c", "copy", folder / "good.mkv")
    data = (folder / "good.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(data[:len(data) * 41 // 100])
    (folder / "zeroed.mp4").write_bytes(data[:8192] + bytes(4096) + data[8192 + 4096:])  # a page, as a power cut leaves it
    data = (folder / "good.mkv").read_bytes()
    (folder / "cut.mkv").write_bytes(data[:len(data) // 2])
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("this is no clip\n")
    (folder / "script.mp4").write_text(f"ffconcat version 1.0\nfile '{folder}/good.mp4'\n")
    (folder / "playlist.mp4").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\n{folder}/good.mp4\n#EXT-X-ENDLIST\n")
    return folder


def test_values_of_many_clips_are_those_of_ffmpegs_own_log(clips, tmp_path):
    references, pairs = tmp_path / "references", {}
    references.mkdir()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda k: make(references / f"{k}.mp4", PICTURES[k], frames=9 + k), range(len(PICTURES))))
        for k in range(len(PICTURES)):
            for quality in QUALITIES:
                key = f"{k}-{quality}.mp4"
                os.link(references / f"{k}.mp4", clips.folder / "reference" / key)
                pairs[key] = pool.submit(encode, references / f"{k}.mp4", clips.folder / "clips" / key, quality)
        for made in pairs.values():
            made.result()
        logs = {key: pool.submit(direct_log, tmp_path, clips.folder / "clips" / key, clips.folder / "reference" / key, QUICK) for key in pairs}
    assert len(pairs) == 63
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    clips.configure(features=f"features = {json.dumps(sorted(QUICK))}")
    report = clips.run(env={"TMPDIR": str(scratch)})
    assert (report["status"], report["ok"], report["published_rows"], list(scratch.iterdir())) == ("complete", 63, 63, [])
    assert clips.table().schema.names == columns_of(QUICK)
    rows = clips.rows()
    assert sorted(rows) == sorted(pairs)
    for key, row in rows.items():
        assert row["frames"] == 9 + int(key[0])
        compare(row, logs[key].result(), QUICK)
    assert (rows["1-18.mp4"]["width"], rows["1-18.mp4"]["height"], rows["1-18.mp4"]["fps"]) == (208, 176, 30000 / 1001)
    assert len({row["vmaf_mean"] for row in rows.values()}) > 50
    assert clips.run()["status"] == "complete-noop"


def test_every_feature_is_that_of_ffmpegs_own_log(clips, tmp_path):
    make(tmp_path / "r.mp4", "mandelbrot=s=320x240:r=25:end_pts=50", frames=4)
    encode(tmp_path / "r.mp4", tmp_path / "c.mp4", 35)
    clips.pair("a.mp4", tmp_path / "c.mp4", tmp_path / "r.mp4")
    clips.configure(features=f"features = {json.dumps(sorted(ALL))}")
    clips.run()
    assert clips.table().schema.names == columns_of(ALL)
    compare(clips.rows()["a.mp4"], direct_log(tmp_path, tmp_path / "c.mp4", tmp_path / "r.mp4", ALL), ALL)
    assert None not in clips.rows()["a.mp4"].values()


@pytest.mark.parametrize("threads", [1, 3])
def test_a_clip_too_small_for_a_feature_is_refused_whatever_the_threads(clips, tmp_path, threads):
    """With threads libvmaf ends well, and its log lacks the feature."""
    make(tmp_path / "r.mp4", "testsrc2=s=128x96:r=25")
    clips.pair("a.mp4", tmp_path / "r.mp4", tmp_path / "r.mp4")
    clips.configure(features='features = ["cambi"]', extra=f"threads = {threads}")
    assert "libvmaf" in clips.why()["a.mp4"]


def test_a_clip_that_is_its_reference_has_60_db_and_no_psnr_hvs(clips, material):
    clips.pair("same.mp4", material / "reference.mp4", material / "reference.mp4")
    clips.configure(features='features = ["psnr", "psnr_hvs", "vmaf"]')
    clips.run()
    row = clips.rows()["same.mp4"]
    assert (row["psnr_y_mean"], row["psnr_y_std"], row["psnr_hvs_mean"], row["psnr_hvs_std"]) == (60.0, 0.0, None, None)
    assert row["vmaf_mean"] > 95


def test_without_reference_a_clip_is_scored_against_itself(clips, material, tmp_path):
    clips.pair("a.mp4", material / "good.mp4", None)
    clips.configure(reference="", features="")
    clips.run()
    log = direct_log(tmp_path, material / "good.mp4", None, ["motion2", "cambi"], "[0:v]split[a][b];[a][b]")
    row = clips.rows()["a.mp4"]
    assert list(row) == ["key", "width", "height", "fps", "frames", "motion2_mean", "motion2_std", "cambi_mean", "cambi_std"]
    assert (row["width"], row["height"], row["fps"], row["frames"]) == (224, 224, 25.0, 40)
    for feature in ("motion2", "cambi"):
        mean, deviation, _ = summary(log, feature)
        assert close(row[f"{feature}_mean"], mean) and close(row[f"{feature}_std"], deviation) and mean > 0


def test_frames_are_paired_by_number_whatever_the_container_makes_of_their_times(clips, material, tmp_path):
    """Matroska rounds 1001/30000 s to whole milliseconds, MPEG-4 does not."""
    make(tmp_path / "r.mp4", "mandelbrot=s=192x176:r=30000/1001:end_pts=50", frames=30)
    encode(tmp_path / "r.mp4", tmp_path / "c.mp4", 35)
    ffmpeg("-i", tmp_path / "c.mp4", "-c", "copy", "-f", "matroska", tmp_path / "c.mkv")
    clips.pair("a.mp4", tmp_path / "c.mkv", tmp_path / "r.mp4")
    clips.run()
    mean, deviation, _ = summary(direct_log(tmp_path, tmp_path / "c.mp4", tmp_path / "r.mp4"), "vmaf")
    row = clips.rows()["a.mp4"]
    assert row["frames"] == 30 and close(row["vmaf_mean"], mean) and close(row["vmaf_std"], deviation)


DAMAGED = {  # name: clip, reference, what is said
    "cut": ("cut.mp4", "reference.mp4", "the clip can't be decoded whole"),
    "zeroed": ("zeroed.mp4", "reference.mp4", "the clip can't be decoded whole"),
    "cut-mkv": ("cut.mkv", "reference.mp4", "File ended prematurely"),
    "reference-cut": ("good.mp4", "cut.mp4", "the reference can't be decoded whole"),
    "reference-short": ("good.mp4", "short.mp4", "the clip has 40 frames, its reference 17"),
    "clip-short": ("short.mp4", "reference.mp4", "the clip has 17 frames, its reference 40"),
    "size": ("small.mp4", "reference.mp4", "differ in size"),
    "no-reference": ("good.mp4", None, "No such file or directory"),
    "empty": ("empty.mp4", "reference.mp4", "the clip can't be decoded whole"),
    "text": ("text.mp4", "reference.mp4", "the clip can't be decoded whole"),
    "sound": ("sound.mp4", "reference.mp4", "has no video"),
    "script": ("script.mp4", "reference.mp4", "the clip can't be decoded whole"),
    "playlist": ("playlist.mp4", "reference.mp4", "the clip can't be decoded whole"),
}


def test_what_is_not_decoded_whole_has_no_row_and_costs_itself_only(clips, material):
    for name, (clip, reference, _) in DAMAGED.items():
        clips.pair(f"{name}.mp4", material / clip, reference and material / reference)
    clips.pair("good.mp4", material / "good.mp4", material / "reference.mp4")
    os.mkfifo(clips.folder / "reference/fifo.mp4")
    shutil.copy(material / "good.mp4", clips.folder / "clips/fifo.mp4")
    why = clips.why()
    assert list(clips.rows()) == ["good.mp4"] and sorted(why) == sorted([*(f"{name}.mp4" for name in DAMAGED), "fifo.mp4"])
    for name, (_, _, says) in DAMAGED.items():
        assert says in why[f"{name}.mp4"], (name, why[f"{name}.mp4"])
    assert "no regular file" in why["fifo.mp4"]


def test_without_a_reference_damage_is_found_too(clips, material):
    clips.configure(reference="", features="")
    for name in ("cut.mp4", "zeroed.mp4", "cut.mkv", "empty.mp4", "text.mp4", "sound.mp4", "good.mp4"):
        clips.pair(name.replace(".mkv", "-mkv.mp4"), material / name, None)
    why = clips.why()
    assert list(clips.rows()) == ["good.mp4"] and len(why) == 6, why
    assert "File ended prematurely" in why["cut-mkv.mp4"]


def test_a_message_that_is_known_to_be_harmless_refuses_nothing(clips, material):
    clips.pair("a.mp4", material / "cut.mkv", material / "cut.mkv")
    assert "harmless" in clips.why()["a.mp4"]
    clips.configure(extra='harmless = ["ended prematurely"]')
    clips.run()
    assert 0 < clips.rows()["a.mp4"]["frames"] < 40


def test_more_messages_than_are_kept_are_not_taken_for_harmless_ones(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.script("talks", 'case "$*" in *" -i "*) { echo something bad; yes harmless | head -c 1100000; } >&2 ;; esac\nexec "$real" "$@"')
    clips.configure(ffmpeg="./talks", extra='harmless = ["harmless"]')
    assert "more messages" in clips.why()["a.mp4"]


@pytest.mark.parametrize("model", ["version=vmaf_v0.6.1neg", "path=it's, a [model]: 100%.json"])
def test_another_model_gives_what_ffmpeg_gives_with_it(clips, material, tmp_path, model):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.configure(features='features = ["vmaf"]', extra=f"model = {json.dumps(model)}")
    if model.startswith("path="):
        assert "can't score a picture" in clips.workspace.run("extract", "run", expect=2).stderr
        return
    clips.run()
    ffmpeg("-i", material / "good.mp4", "-i", material / "reference.mp4", "-lavfi", f"libvmaf=model={model}:log_fmt=json:log_path=neg.json",
           "-f", "null", "-", cwd=tmp_path)
    assert close(clips.rows()["a.mp4"]["vmaf_mean"], summary(json.loads((tmp_path / "neg.json").read_text()), "vmaf")[0])


NAMES = ["it's \"quoted\".mp4", "a:b;c,[d]=e.mp4", "back\\slash.mp4", "100%d %03d.mp4", "two\nlines.mp4", "-i.mp4", "-.mp4", "{stem} {key}.mp4",
         "émigré 映像.mp4", "http:|x.mp4", " .mp4"]


def test_no_name_breaks_filter_or_log(clips, material):
    for name in NAMES:
        clips.pair(name, material / "good.mp4", material / "reference.mp4")
    clips.run()
    rows = clips.rows()
    assert sorted(rows) == sorted(NAMES) and len({row["vmaf_mean"] for row in rows.values()}) == 1


def test_stem_names_a_reference_of_another_container(clips, material):
    shutil.copy(material / "good.mkv", clips.folder / "reference/a.b.mkv")
    shutil.copy(material / "good.mp4", clips.folder / "clips/a.b.mp4")
    clips.configure(reference='reference = "reference/{stem}.mkv"')
    clips.run()
    assert clips.rows()["a.b.mp4"]["psnr_y_mean"] == 60.0


def test_file_and_manifest_tell_what_made_the_rows(clips, material, tmp_path):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.run()
    tool = pyarrow.parquet.read_metadata(clips.out).metadata[b"holdfast.tool"].decode()
    manifest = json.loads((clips.folder / "features/q.manifest.json").read_text())
    version = subprocess.run([FFMPEG, "-version"], text=True, capture_output=True, check=True).stdout.split(" Copyright")[0]
    libvmaf = direct_log(tmp_path, material / "good.mp4", material / "reference.mp4")["version"]
    digest = hashlib.sha256(pathlib.Path(FFMPEG).read_bytes()).hexdigest()
    assert tool == manifest["tool"] == f"{version} (sha256 {digest}), libvmaf {libvmaf}, model version=vmaf_v0.6.1"


@pytest.mark.parametrize("change", [{"features": 'features = ["vmaf"]'}, {"reference": 'reference = "{key}"'}, {"reference": ""},
                                    {"extra": 'model = "version=vmaf_v0.6.1neg"'}, {"ffmpeg": "./other"}])
def test_what_would_make_other_numbers_is_not_mixed_in(clips, material, change):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.run()
    before = clips.out.read_bytes()
    clips.script("other", 'exec "$real" "$@"')
    clips.configure(**change)
    clips.pair("b.mp4", material / "good.mp4", material / "reference.mp4")
    done = clips.workspace.run("extract", "run", expect=4)
    assert "another extractor" in done.stderr and clips.out.read_bytes() == before
    if "ffmpeg" in change:
        assert done.stderr.count("sha256 ") == 2


def test_the_same_ffmpeg_by_another_name_and_more_threads_go_on(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.run()
    (clips.folder / "same").symlink_to(FFMPEG)
    clips.configure(ffmpeg="./same", extra="threads = 3")
    clips.pair("b.mp4", material / "good.mp4", material / "reference.mp4")
    clips.run()
    rows = clips.rows()
    assert {**rows["a.mp4"], "key": ""} == {**rows["b.mp4"], "key": ""}


@pytest.mark.parametrize(("text", "says"), [
    ("[ \"$1\" = -version ] && exec \"$real\" -version\necho \"No such filter: 'libvmaf'\" >&2\nexit 8", "No such filter: 'libvmaf'"),
    ("echo 'not me'; exit 1", "prints no version"), ("[ \"$1\" = -version ] && exec \"$real\" -version\nexit 0", "wrote no log")])
def test_an_ffmpeg_that_can_not_score_is_told_before_any_item(clips, material, text, says):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.script("fake", text)
    clips.configure(ffmpeg="./fake")
    done = clips.workspace.run("extract", "run", expect=2)
    assert says in done.stderr and not (clips.folder / "features/q.done").exists() and not clips.out.exists()
    assert "ffmpeg = " in done.stderr or says == "wrote no log"


def test_no_ffmpeg_at_all_is_told_with_the_way_out(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.configure(ffmpeg="no-such-ffmpeg")
    done = clips.workspace.run("extract", "run", expect=2)
    assert "no-such-ffmpeg" in done.stderr and "scripts/setup.sh" in done.stderr


@pytest.mark.parametrize(("lie", "says"), [
    ("sed 's/\"frameNum\": 39/\"frameNum\": 41/'", "numbered 41"), ("sed 's/\"vmaf\": [0-9][0-9.]*/\"vmaf\": 12.5/'", "pooled mean"),
    ("head -c 3000", "libvmaf's log"), ("sed 's/\"version\"/\"v\"/; s/\"frames\"/\"f\"/'", "no object with \"frames\""),
    ("python3 -c \"import json, sys; d = json.load(sys.stdin); d['frames'].pop(); d['pooled_metrics'] = {}; json.dump(d, sys.stdout)\"",
     "libvmaf scored 39 of 40 frames")])
def test_a_log_that_is_wrong_makes_no_row(clips, material, lie, says):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.script("liar", 'log=$(printf "%s\\n" "$@" | sed -n "s/.*log_path=\\([^:]*\\):.*/\\1/p")\n"$real" "$@" || exit $?\n'
                         f'case "$*" in *" -i "*) {lie} <"$log" >wrong && cat wrong >"$log" ;; esac')
    clips.configure(ffmpeg="./liar")
    assert says in clips.why()["a.mp4"]


def test_a_killed_ffmpeg_costs_its_item_only(clips, material):
    """Killed once: that item fails with the signal, the others go on; with another try it is done."""
    for name in "abcde":
        clips.pair(f"{name}.mp4", material / "good.mp4", material / "reference.mp4")
    clips.script("dies", 'case "$*" in *" -i "*) mkdir died 2>/dev/null && kill -9 $$ ;; esac\nexec "$real" "$@"')
    clips.configure(ffmpeg="./dies")
    why = clips.why()
    assert len(why) == 1 and "signal 9" in next(iter(why.values())) and len(clips.rows()) == 4
    (clips.folder / "died").rmdir()
    for file in (clips.folder / "features").iterdir():
        file.unlink()
    clips.configure(ffmpeg="./dies")
    config = clips.folder / "holdfast.toml"
    config.write_text(config.read_text().replace("tries = 1", "tries = 2"))
    report = clips.run()
    assert (report["status"], report["failed"], len(clips.rows())) == ("complete", [], 5)


def children_of(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def scoring(pid):
    """The child of a run that scores a clip, not the one that is asked for its version."""
    for child in children_of(pid):
        try:
            if b"-i" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return child
        except OSError:
            continue
    return None


def test_an_ffmpeg_killed_in_the_middle_of_a_clip_is_told(clips, tmp_path):
    make(tmp_path / "long.mp4", "testsrc2=s=640x360:r=25", frames=400)
    for name in ("a.mp4", "b.mp4"):
        clips.pair(name, tmp_path / "long.mp4", tmp_path / "long.mp4")
    running = clips.workspace.start("extract", "run", "--jobs", "1", "--json")
    while (child := scoring(running.pid)) is None:
        assert running.poll() is None, running.communicate()
    os.kill(child, signal.SIGKILL)
    out, err = running.communicate()
    report = json.loads(out)
    assert running.returncode == 3 and report["ok"] == 1 and len(report["failed"]) == 1, err
    assert "ffmpeg ended with signal 9" in report["failed"][0]["why"]


def test_an_ffmpeg_that_hangs_is_killed_after_the_timeout(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.script("hangs", 'case "$*" in *" -i "*) sleep 1000 ;; esac\nexec "$real" "$@"')
    clips.configure(ffmpeg="./hangs", extra='timeout = "3s"')
    assert "killed after 3 s" in clips.why()["a.mp4"]


@pytest.mark.parametrize(("configuration", "says"), [
    ('features = ["ssim"]', '"ssim" is no feature'), ("features = []", "at least one"), ('reference = "r.mp4"', "the same for all clips"),
    ('model = "vmaf_v0.6.1"', "version=vmaf_v0.6.1"), ('model = "version=a|version=b"', "names several"), ("threads = 0", "from 1 to 256"),
    ('harmless = [""]', "every message"), ('ffmpeg = ""', "name the program"), ('command = ["x"]', "features"), ('columns = ["a:int64"]', "features"),
    ('key = "frames"', "is a column of video-quality"), ('featres = ["vmaf"]', "features")])
def test_a_configuration_that_makes_no_sense_is_named(clips, configuration, says):
    (clips.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{clips.workspace.database.url}"\n\n[extract.q]\nitems = "clips/*.mp4"\nout = "features/q.parquet"\n'
        f'extractor = "video-quality"\n{configuration}\n')
    done = clips.workspace.run("extract", "run", expect=2)
    assert says in done.stderr and "holdfast.toml:" in done.stderr


def test_a_feature_that_this_libvmaf_does_not_have_is_told_before_any_item(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.configure(features='features = ["vmaf", "adm2"]', extra='model = "version=vmaf_v0.6.1neg"')
    done = clips.workspace.run("extract", "run", expect=2)
    assert 'no "adm2"' in done.stderr and "features" in done.stderr


def test_an_unknown_model_is_told_before_any_item(clips, material):
    clips.pair("a.mp4", material / "good.mp4", material / "reference.mp4")
    clips.configure(extra='model = "version=vmaf_v9"')
    assert "vmaf_v9" in clips.workspace.run("extract", "run", expect=2).stderr
