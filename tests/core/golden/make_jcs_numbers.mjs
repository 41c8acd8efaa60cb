// SPDX-License-Identifier: Apache-2.0
// Makes jcs_numbers.txt: "<bits of a double, 16 hex digits> <what JSON.stringify writes>", the second opinion of canonical_json_test.
//   node tests/core/golden/make_jcs_numbers.mjs > tests/core/golden/jcs_numbers.txt
const view = new DataView(new ArrayBuffer(8));
const seen = new Set();
function line(bits) {
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  if (!Number.isFinite(value) || seen.has(bits)) return;
  seen.add(bits);
  console.log(bits.toString(16).padStart(16, "0") + " " + JSON.stringify(value));
}
function number(value) { view.setFloat64(0, value); line(view.getBigUint64(0)); }
// RFC 8785, Appendix B.
for (const bits of ["0000000000000000", "8000000000000000", "0000000000000001", "8000000000000001", "7fefffffffffffff",
  "ffefffffffffffff", "4340000000000000", "c340000000000000", "4430000000000000", "44b52d02c7e14af5", "44b52d02c7e14af6",
  "44b52d02c7e14af7", "444b1ae4d6e2ef4e", "444b1ae4d6e2ef4f", "444b1ae4d6e2ef50", "3eb0c6f7a0b5ed8c", "3eb0c6f7a0b5ed8d",
  "41b3de4355555553", "41b3de4355555554", "41b3de4355555555", "41b3de4355555556", "41b3de4355555557", "becbf647612f3696",
  "43143ff3c1cb0959"]) line(BigInt("0x" + bits));
for (let e = -324; e <= 308; ++e) for (const m of [1, -1, 1.5, 9.999999999999999, 1.2345678901234567]) number(Number(`${m}e${e}`));
for (let e = 0; e < 1024; e += 3) { number(2 ** e); number(2 ** e - 1); number(2 ** e + 1); }
for (let i = 0; i < 200; ++i) { number(i); number(i / 10); number(i / 1000); number(-i * 1e-7); }
let x = 88172645463325252n;  // xorshift64, fixed seed
for (let i = 0; i < 2000; ++i) {
  x ^= (x << 13n) & 0xffffffffffffffffn; x ^= x >> 7n; x ^= (x << 17n) & 0xffffffffffffffffn;
  line(x);
}
