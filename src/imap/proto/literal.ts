/** A literal announced at the end of a line. */
export interface LiteralHeader {
  readonly sizeOctets: number;
  /** The client waits for our "+" before it sends the data. */
  readonly sync: boolean;
}

const LONGEST_HEADER = "{4294967295+}".length;

/**
 * Reads the literal header that ends a line: `{N}` (RFC 3501 §4.3) or, when the
 * client does not wait, `{N+}` (RFC 7888 §3).
 */
export function literalHeader(line: string): LiteralHeader | undefined {
  if (!line.endsWith("}")) return undefined;
  const match = /\{(\d{1,10})(\+?)\}$/.exec(line.slice(-LONGEST_HEADER));
  return match
    ? { sizeOctets: Number(match[1]), sync: match[2] === "" }
    : undefined;
}
