import assert from "node:assert/strict";
import {
  formatStoredPassword,
  isOwnForm,
  parseStoredPassword,
} from "./stored_password.ts";
import { FUZZ_SEED, fuzzSeeds } from "../../../tests/harness/fuzz.ts";

const B64_16 = "AAAAAAAAAAAAAAAAAAAAAA";
const B64_32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const BCRYPT = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const SHA256_CRYPT =
  "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
const DIGEST_86 = "a".repeat(86);

const READ: [string, string][] = [
  [`sha256:${B64_16}==:${B64_32}`, "sha256"],
  [`sha256:${B64_16}:${B64_32}`, "sha256"],
  [`sha256:${B64_32}:${B64_32}`, "sha256"],
  [`scrypt:14:8:1:${B64_16}==:${B64_32}`, "scrypt"],
  [`argon2:3:65536:4:${B64_16}:${B64_32}`, "argon2id"],
  [BCRYPT, "bcrypt"],
  [BCRYPT.replace("$2b", "$2y"), "bcrypt"],
  [`bcrypt:${BCRYPT.replace("$2b", "$2a")}`, "bcrypt"],
  [`{BLF-CRYPT}${BCRYPT}`, "bcrypt"],
  [SHA256_CRYPT, "sha_crypt"],
  [`{SHA256-CRYPT}${SHA256_CRYPT}`, "sha_crypt"],
  [`$6$rounds=1000000$salt$${DIGEST_86}`, "sha_crypt"],
  [`{SHA512-CRYPT}$6$salt$${DIGEST_86}`, "sha_crypt"],
];
for (const [text, kind] of READ) {
  Deno.test(`parseStoredPassword() reads ${text.slice(0, 40)}`, () => {
    assert.equal(parseStoredPassword(text).kind, kind);
  });
}

const REFUSED = [
  "",
  "plain",
  "md5:abc",
  "{PLAIN}secret",
  `sha256:${B64_16}`,
  `sha256:${B64_16}:${B64_16}`,
  `sha256:${B64_16}:${B64_32}:x`,
  `sha256:!!!!:${B64_32}`,
  `sha256::${B64_32}`,
  `scrypt:21:8:1:${B64_16}:${B64_32}`,
  `scrypt:20:8:1:${B64_16}:${B64_32}`, // 1 GiB
  `scrypt:0:8:1:${B64_16}:${B64_32}`,
  `scrypt:-1:8:1:${B64_16}:${B64_32}`,
  `scrypt:14:8:17:${B64_16}:${B64_32}`,
  `argon2:0:65536:4:${B64_16}:${B64_32}`,
  `argon2:33:65536:4:${B64_16}:${B64_32}`,
  `argon2:1:262145:4:${B64_16}:${B64_32}`,
  `argon2:1:16:4:${B64_16}:${B64_32}`, // under 8 KiB a lane
  `argon2:1e3:65536:4:${B64_16}:${B64_32}`,
  BCRYPT.replace("$05", "$15"),
  BCRYPT.replace("$05", "$03"),
  BCRYPT.replace("$2b", "$2x"),
  BCRYPT + "A",
  SHA256_CRYPT + "A",
  SHA256_CRYPT.replace("$5$", "$6$"),
  `$6$rounds=1000001$salt$${DIGEST_86}`,
  `$6$${"s".repeat(17)}$${DIGEST_86}`,
  `$1$salt$${DIGEST_86}`,
  `{SHA512-CRYPT}{BLF-CRYPT}${BCRYPT}`,
  `sha256:${"A".repeat(600)}:${B64_32}`,
];
for (const text of REFUSED) {
  Deno.test(`parseStoredPassword() refuses ${text.slice(0, 40)}`, () => {
    assert.throws(() => parseStoredPassword(text), SyntaxError);
  });
}

Deno.test("formatStoredPassword() writes what parseStoredPassword() reads", () => {
  for (const [text] of READ) {
    const parsed = parseStoredPassword(text);
    if (!isOwnForm(parsed)) continue;
    assert.deepEqual(parseStoredPassword(formatStoredPassword(parsed)), parsed);
  }
});

Deno.test("parseStoredPassword() throws nothing but SyntaxError on mutations", () => {
  const seed = FUZZ_SEED;
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (const _ of fuzzSeeds(5000)) {
    const [start = ""] = READ[next(READ.length)] ?? [];
    const characters = [...start];
    for (let i = next(4); i >= 0; i--) {
      characters[next(characters.length)] = ":$={}/+0129Aaz\0é"[next(16)] ?? "";
    }
    const text = characters.join("");
    try {
      parseStoredPassword(text);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, `seed ${seed}: ${text}`);
    }
  }
});
