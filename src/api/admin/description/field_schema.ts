/** A field of an operation's input as JSON Schema (2020-12), from the schema that reads it. @module */
import type * as v from "valibot";
import { noteOf } from "../../../admin/fields.ts";

export type JsonSchema = { readonly [key: string]: unknown };

/** What of a schema of valibot is looked at. */
interface Part {
  readonly type: string;
  readonly kind: string;
  readonly requirement?: unknown;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly Part[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly value?: Part;
  readonly default?: unknown;
}

export function fieldSchema(field: v.ObjectEntries[string]): JsonSchema {
  const { meaning, secret } = noteOf(field);
  const { default: initial } = field as unknown as Part;
  return {
    ...schemaOf(field as unknown as Part),
    description: meaning,
    ...(secret ? { writeOnly: true } : {}),
    ...(initial === undefined || typeof initial === "function"
      ? {}
      : { default: initial }),
  };
}

/** @throws {TypeError} for a kind of field that is not known here */
function schemaOf(part: Part): JsonSchema {
  if (part.pipe === undefined) return base(part);
  const [first, ...rest] = part.pipe;
  if (!first) throw new TypeError("An empty schema");
  let schema: JsonSchema = schemaOf(first);
  for (const action of rest) {
    schema = { ...schema, ...constraint(schema, action) };
  }
  return schema;
}

function base(part: Part): JsonSchema {
  const { type, wrapped, options = [], item, value } = part;
  switch (type) {
    case "string":
    case "boolean":
    case "number":
      return { type };
    case "unknown":
      return {};
    case "picklist":
      return { type: "string", enum: options };
    case "array":
      return { type: "array", ...(item ? { items: schemaOf(item) } : {}) };
    case "record":
      return {
        type: "object",
        ...(value ? { additionalProperties: schemaOf(value) } : {}),
      };
    case "optional":
      if (wrapped) return schemaOf(wrapped);
      break;
    case "nullable":
      if (wrapped) return { anyOf: [schemaOf(wrapped), { type: "null" }] };
      break;
    case "union":
      return { anyOf: options.map((one) => schemaOf(one as Part)) };
  }
  throw new TypeError(`No JSON Schema for the kind ${type}`);
}

function constraint(
  { type }: JsonSchema,
  { type: action, requirement }: Part,
): JsonSchema {
  switch (action) {
    case "max_length":
      return { [type === "array" ? "maxItems" : "maxLength"]: requirement };
    case "min_length":
      return { [type === "array" ? "minItems" : "minLength"]: requirement };
    case "min_value":
      return { minimum: requirement };
    case "max_value":
      return { maximum: requirement };
    case "safe_integer":
      return { type: "integer" };
    case "regex":
      return { pattern: patternOf(requirement as RegExp) };
    default:
      return {}; // what no schema can say is said by the refusal
  }
}

/** Without what only some know of regular expressions. */
function patternOf({ source }: RegExp): string {
  return source.replaceAll(
    String.raw`\p{Cc}`,
    String.raw`\u0000-\u001f\u007f-\u009f`,
  );
}
