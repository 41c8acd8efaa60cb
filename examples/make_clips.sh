#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the clips of the example workspace: a second of each of ffmpeg's own pictures as reference, and the same compressed hard.
#   examples/make_clips.sh FOLDER         reference/NAME.mp4 and clips/NAME.mp4; needs an ffmpeg with libx264 in PATH
set -eu
folder=$1
mkdir -p "$folder/reference" "$folder/clips"

encode() { ffmpeg -hide_banner -nostdin -loglevel error -y "$@"; }

make_pair() { # name crf picture
  reference=$folder/reference/$1.mp4
  encode -f lavfi -i "$3" -t 1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -qp 0 -threads 1 -bitexact "$reference"
  encode -i "$reference" -c:v libx264 -crf "$2" -threads 1 -bitexact "$folder/clips/$1.mp4"
}

make_pair bars 45 "smptebars=size=320x180:rate=25"
make_pair card 30 "testsrc2=size=320x180:rate=25"
make_pair cells 36 "cellauto=size=320x180:rate=25:seed=7:rule=110"
make_pair colony 42 "life=size=160x90:rate=25:seed=7:ratio=0.3:mold=10:death_color=#405060:life_color=#f0f0e0,scale=320:180:flags=neighbor"
make_pair dunes 39 "gradients=size=320x180:rate=25:seed=7:speed=0.05:c0=0x7a4a21:c1=0xe8c98f:x0=0:y0=0:x1=320:y1=180"
make_pair shore 33 "mandelbrot=size=320x180:rate=25:start_scale=0.8:end_scale=0.3:end_pts=25"
