/**
 * Errors of the operating system in words: what they say themselves is made for
 * programmers. Deno and `node:` both put the system's code beside their text.
 *
 * @module
 */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EADDRINUSE: "another program has this port",
  EADDRNOTAVAIL: "this machine does not have this address",
  EAFNOSUPPORT: "this machine has no such kind of address",
  EBUSY: "it is in use",
  ECONNREFUSED: "nobody answers there",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it exists already",
  EINVAL: "this machine cannot do that there",
  EIO: "the disk reports an error",
  EISDIR: "it is a directory",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many open files (EMFILE), see LimitNOFILE or ulimit -n",
  ENAMETOOLONG: "the path is too long",
  ENFILE: "the machine has too many open files (ENFILE)",
  ENOENT: "there is no such file or directory",
  ENOMEM: "there is too little memory",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is no directory",
  ENOTEMPTY: "the directory is not empty",
  EPERM: "no permission",
  EROFS: "the file system cannot be written",
  ETXTBSY: "it is in use",
};

/** Of errors, as Deno names them. */
const LEAVING: ReadonlySet<string> = new Set(
  ["NotConnected", "ConnectionReset", "ConnectionAborted", "UnexpectedEof"],
);

export interface SystemError {
  /** As in errno(3). */
  readonly code: string;
  readonly reason: string;
  /** The file it is about, where the error tells. */
  readonly path?: string;
}

/** Undefined: the error is not the system's, or one that has no words here. */
export function systemError(error: unknown): SystemError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as { code?: unknown; path?: unknown };
  if (typeof code !== "string") return undefined;
  const reason = REASONS[code];
  if (reason === undefined) return undefined;
  const named = typeof path === "string" ? path : pathIn(error.message);
  return named === undefined ? { code, reason } : { code, reason, path: named };
}

/** An error as one thread tells it to another, with what makes it the system's. */
export interface ToldError {
  readonly message: string;
  readonly code?: string;
}

export function toldError(error: unknown): ToldError {
  const code = systemError(error)?.code;
  return { message: String(error), ...(code === undefined ? {} : { code }) };
}

export function errorTold({ message, code }: ToldError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

/** The reason alone, or what the error says itself. */
export function reasonOf(error: unknown): string {
  return systemError(error)?.reason ??
    (error instanceof Error ? error.message : String(error));
}

/** `… (os error 13): open '/some/where'` */
function pathIn(message: string): string | undefined {
  return /: [a-z]+ '(.{1,4096}?)'(?: -> '.{1,4096}')?$/s.exec(message)?.[1];
}

/** Whoever is at the other end has ended the connection, before anything was said. */
export function hasLeft(error: unknown): boolean {
  return error instanceof Error && LEAVING.has(error.name);
}

/** Somebody else has the address and port. */
export function isAddressInUse(error: unknown): boolean {
  return systemError(error)?.code === "EADDRINUSE";
}

/** No descriptor is left for a new connection or file: it passes, and comes back at once while it lasts. */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = systemError(error)?.code;
  return code === "EMFILE" || code === "ENFILE";
}
