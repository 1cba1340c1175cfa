/** What is kept here, as an address that the browser can show. @module */
import { useEffect, useState } from "preact/hooks";
import type { Vault } from "../../storage/vault.ts";

/**
 * undefined until it is read, or if it is not there.
 *
 * @param type whatever it says that it is: a page of ours is never made of it
 */
export function useBlobUrl(
  vault: Vault,
  key: string | undefined,
  type: string,
): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    setUrl(undefined);
    if (key) {
      void vault.get<Uint8Array<ArrayBuffer>>(key).then((octets) => {
        if (!octets || isGone) return;
        made = URL.createObjectURL(new Blob([octets], { type }));
        setUrl(made);
      }).catch(() => {}); // nothing is kept any more: as if it were not there
    }
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [vault, key, type]);
  return url;
}
