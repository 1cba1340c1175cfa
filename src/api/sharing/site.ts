/** What the routes of contact links are made of. @module */
import type { Clock } from "../../base/clock.ts";
import type { SiteBackend } from "../site_backend.ts";
import type { SharingBackend } from "./backend.ts";
import type { EditKeys } from "./edit_keys.ts";

export interface SharingSite {
  readonly backend: SiteBackend;
  readonly sharing: SharingBackend;
  readonly clock: Clock;
  readonly editKeys: EditKeys;
}
