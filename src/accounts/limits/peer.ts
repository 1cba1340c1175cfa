/** Who asks, as limits see it. @module */
export interface Peer {
  /** IP address without brackets or zone. */
  readonly address: string;
  /** It came through a proxy of our own, which hides where from. */
  readonly proxied?: boolean;
}
