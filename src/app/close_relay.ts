/** Ends what `buildRelay()` has made, once nothing listens any more. @module */
import type { Relay } from "./relay.ts";
import { closeAdministration } from "./running/administration.ts";

/** The store last: whoever else ends may still write. */
export async function closeRelay(relay: Relay): Promise<void> {
  relay.accounts.close();
  await relay.ownKeys.settled();
  relay.sealer.close();
  await relay.federation.close();
  relay.dkim.close();
  await closeAdministration(relay.administration);
  await relay.exchange.close();
  await relay.store.close();
}
