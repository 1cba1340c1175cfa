/** JSON that leaves the server, as other programs see it. @module */

/** Reply to `POST /new`. */
export interface NewAccountJson {
  readonly email: string;
  readonly password: string;
  readonly dclogin_url: string;
}

/** Every error: Delta Chat shows `reason`, scripts read `code`. */
export interface ErrorJson {
  readonly error: string;
  readonly reason: string;
  readonly code: string;
}
