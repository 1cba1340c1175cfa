/** Who is at the other end of a connection. @module */
export interface Peer {
  /** IP address without brackets or zone. */
  readonly address: string;
  /** The connection is encrypted. */
  readonly secure: boolean;
}
