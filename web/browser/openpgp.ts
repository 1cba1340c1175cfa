/** OpenPGP, loaded by the browser client when it is first needed. @module */
// @ts-types="./openpgp.d.ts"
export {
  armor,
  createMessage,
  decrypt,
  decryptKey,
  decryptSessionKeys,
  encrypt,
  generateKey,
  readKey,
  readMessage,
  readPrivateKey,
} from "openpgp";
export type { Message, PrivateKey, PublicKey } from "./openpgp.d.ts";
