# SPDX-License-Identifier: Apache-2.0
"""What Python says of JSON texts: one text a line as a JSON string in, one line out: the SHA-256 of json.dumps(json.loads(text),
sort_keys=True), with that text behind a tab, or "refused"."""
import hashlib
import json
import sys

for line in sys.stdin:
    try:
        text = json.dumps(json.loads(json.loads(line)), sort_keys=True)
        print(hashlib.sha256(text.encode()).hexdigest() + "\t" + text)
    except ValueError:
        print("refused")
