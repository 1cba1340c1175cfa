/** What is shown beside the list of chats. @module */
import type { Messenger } from "../model/messenger.ts";

export type View =
  | { readonly kind: "none" }
  | { readonly kind: "chat"; readonly id: string; readonly at?: string }
  | { readonly kind: "details"; readonly id: string }
  | { readonly kind: "invite"; readonly group?: string }
  | { readonly kind: "group" }
  | { readonly kind: "folders" }
  | { readonly kind: "settings" };

export interface ViewProps {
  readonly messenger: Messenger;
  readonly go: (view: View) => void;
}
