/**
 * What a part's header says of its body (RFC 2045 §3), leniently.
 *
 * @module
 */
import {
  readContentType,
  readDisposition,
  readTransferEncoding,
} from "./content_type.ts";
import type { Header } from "./header.ts";
import type { MimePart } from "./mime.ts";

/** The part of a `MimePart` that its header tells. */
export type PartHeader = Omit<
  MimePart,
  "headerStart" | "bodyStart" | "bodyEnd" | "lines" | "children" | "message"
>;

const MAX_LANGUAGES = 20;
const MAX_LANGUAGES_LENGTH = 1000; // of all tags

/**
 * Reads a part's header. Never throws.
 *
 * @param inDigest The part belongs to a multipart/digest, whose parts are messages unless they say otherwise (RFC 2046 §5.1.5).
 */
export function readPartHeader(
  header: Header,
  options: { readonly inDigest: boolean },
): PartHeader {
  const disposition = readDisposition(
    header.textOf("content-disposition") ?? "",
  );
  const language = (header.textOf("content-language") ?? "")
    .slice(0, MAX_LANGUAGES_LENGTH).split(",")
    .map((tag) => tag.trim()).filter((tag) => tag !== "");
  const id = header.textOf("content-id");
  const description = header.textOf("content-description");
  const md5 = header.textOf("content-md5");
  const location = header.textOf("content-location");
  return {
    ...readType(header, options.inDigest),
    encoding: readEncoding(header),
    ...(id === undefined ? {} : { id }),
    ...(description === undefined ? {} : { description }),
    ...(md5 === undefined ? {} : { md5 }),
    ...(disposition ? { disposition } : {}),
    language: language.slice(0, MAX_LANGUAGES),
    ...(location === undefined ? {} : { location }),
  };
}

function readType(
  header: Header,
  inDigest: boolean,
): Pick<PartHeader, "type" | "subtype" | "parameters"> {
  const text = header.textOf("content-type");
  if (text === undefined && inDigest) {
    return { type: "message", subtype: "rfc822", parameters: [] };
  }
  const found = readContentType(text ?? "") ??
    { type: "text", subtype: "plain", parameters: [] };
  const needsCharset = found.type === "text" &&
    !found.parameters.some(([name]) => name === "charset");
  return needsCharset
    ? { ...found, parameters: [...found.parameters, ["charset", "us-ascii"]] }
    : found;
}

function readEncoding(header: Header): string {
  const text = header.textOf("content-transfer-encoding") ?? "";
  return readTransferEncoding(text) ?? "7bit";
}
