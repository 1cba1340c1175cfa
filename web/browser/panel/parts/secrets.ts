/** Names and passwords drawn at random in the browser. @module */

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH = 20;

/** Of letters that nobody confuses. */
function randomText(length: number): string {
  const octets = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(octets, (octet) => LETTERS[octet % LETTERS.length]).join(
    "",
  );
}

export function randomPassword(): string {
  return randomText(PASSWORD_LENGTH);
}
