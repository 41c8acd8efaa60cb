// SPDX-License-Identifier: Apache-2.0
// json-schema-diff as a worker (worker.py). It finds what was added and what was removed; removed nothing: yes.
// node json_schema_diff_worker.js NODE_MODULES FILE
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");

const { diffSchemas } = require(path.join(process.argv[2], "json-schema-diff"));
const lines = fs.readFileSync(process.argv[3], "utf8").split("\n");

async function isCompatible(index) {
  const found = await diffSchemas({
    sourceSchema: JSON.parse(lines[2 * index]),
    destinationSchema: JSON.parse(lines[2 * index + 1]),
  });
  return !found.removalsFound;
}

async function ask(index) {
  try {
    return (await isCompatible(index)) ? "yes" : "no";
  } catch (error) {
    return `error ${error}`.replace(/\s+/g, " ");
  }
}

async function time(words) {
  const chosen = words.slice(2).map(Number);
  const begin = process.hrtime.bigint();
  let passes = 0;
  let took = 0;
  do {
    for (const index of chosen) await isCompatible(index);
    passes++;
    took = Number(process.hrtime.bigint() - begin) / 1e9;
  } while (took < Number(words[1]));
  return `${passes} ${took}`;
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const words = line.trim().split(/ +/);
    process.stdout.write(`${words[0] === "ask" ? await ask(Number(words[1])) : await time(words)}\n`);
  }
})();
