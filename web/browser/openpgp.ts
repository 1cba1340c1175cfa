/** OpenPGP, loaded by the browser client when it is first needed. @module */
// @ts-types="./openpgp.d.ts"
export {
  createMessage,
  decrypt,
  decryptKey,
  encrypt,
  generateKey,
  readKey,
  readMessage,
  readPrivateKey,
} from "openpgp";
export type { PrivateKey, PublicKey } from "./openpgp.d.ts";
