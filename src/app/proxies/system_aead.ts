/** What seals and opens what goes through tunnels. @module */
import { LibraryAead } from "../../libcrypto/aead.ts";
import { LibraryFault, openLibrary } from "../../libcrypto/library.ts";
import { type Aead, RUNTIME_AEAD } from "../../shadowsocks/server/aead.ts";

/** The system's OpenSSL where it is there and does what it should, else the runtime. */
export function systemAead(
  onFault: (fault: LibraryFault) => void,
  open = openLibrary,
): Aead {
  const library = open();
  if (!library) return RUNTIME_AEAD;
  try {
    return new LibraryAead(library);
  } catch (error) {
    if (!(error instanceof LibraryFault)) throw error;
    onFault(error);
    return RUNTIME_AEAD;
  }
}
