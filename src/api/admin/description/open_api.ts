/**
 * The admin API as OpenAPI 3.1, from the table of operations and the resources:
 * one schema for what is read, and what is told of it.
 *
 * @module
 */
import type { Operation } from "../../../admin/operation.ts";
import { OPERATIONS } from "../../../admin/operation_table.ts";
import { REFUSAL_STATUSES } from "../refusal_statuses.ts";
import type { Resource } from "../resource.ts";
import { RESOURCES } from "../resources/table.ts";
import { fieldSchema, type JsonSchema } from "./field_schema.ts";

export interface Described {
  readonly version: string;
  /** Where the API is. */
  readonly path: string;
}

/** What any request may be answered. */
const STATUSES: Readonly<Record<string, string>> = {
  "400": "The input is wrong; field says where",
  "401": "No valid token",
  "403": "The token may not do this",
  "404": "There is no such thing",
  "405": "Another method",
  "409": "It cannot be so together with what there is",
  "413": "Too large",
  "429": "Too often",
  "500": "A fault of the server, which its log tells of by request_id",
  "503": "Try again later",
  "507": "The disk is full",
};

export function openApi({ version, path }: Described): JsonSchema {
  const operations = Object.entries<Operation>(OPERATIONS);
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin API",
      version,
      description:
        "Every operation of the relay, by its name. The envelope at the path itself is what programs for other relays speak; its HTTP status is always 200.",
    },
    security: [{ token: [] }],
    paths: {
      [path]: { post: envelope() },
      ...Object.fromEntries(
        operations.map(([name, operation]) => [
          `${path}/${name}`,
          { post: described(name, operation) },
        ]),
      ),
    },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
      },
      responses: {
        Failure: {
          description: Object.entries(STATUSES)
            .map(([status, meaning]) => `${status}: ${meaning}`).join("; "),
          content: json({ $ref: "#/components/schemas/Error" }),
        },
      },
      schemas: { Error: errorSchema(), Answer: answerSchema() },
    },
  };
}

function described(name: string, operation: Operation): JsonSchema {
  const { summary, scope, changes, needsServer, input } = operation;
  const fields = Object.entries(input.entries);
  const required = fields.filter(([, field]) => field.type !== "optional")
    .map(([field]) => field);
  return {
    operationId: name,
    summary,
    description: `Scope ${scope}; ${changes ? "changes" : "only reads"}${
      needsServer ? "; needs a server that runs" : ""
    }.`,
    tags: [name.split(".")[0]],
    "x-scope": scope,
    "x-changes": changes,
    requestBody: {
      required: required.length > 0,
      content: json({
        type: "object",
        properties: Object.fromEntries(
          fields.map(([field, schema]) => [field, fieldSchema(schema)]),
        ),
        ...(required.length === 0 ? {} : { required }),
        additionalProperties: false,
      }),
    },
    responses: {
      "200": { description: "Done", content: json({}) },
      default: { $ref: "#/components/responses/Failure" },
    },
  };
}

function envelope(): JsonSchema {
  return {
    operationId: "envelope",
    summary: "An operation or a resource, in the envelope of other relays",
    description: "Scope read and more, as what is asked for needs it.",
    tags: ["envelope"],
    requestBody: {
      required: true,
      content: json({
        oneOf: [operationEnvelope(), ...RESOURCES.map(resourceEnvelope)],
      }),
    },
    responses: {
      "200": {
        description: "What came of it is inside",
        content: json({ $ref: "#/components/schemas/Answer" }),
      },
    },
  };
}

const HEADERS: JsonSchema = {
  type: "object",
  additionalProperties: { type: "string" },
  description: "Authorization may stand here",
};
const BODY: JsonSchema = { type: "object" };

function operationEnvelope(): JsonSchema {
  return {
    title: "An operation",
    type: "object",
    properties: {
      method: { type: "string", enum: Object.keys(OPERATIONS) },
      headers: HEADERS,
      body: BODY,
    },
    required: ["method"],
    additionalProperties: false,
  };
}

function resourceEnvelope({ path, methods }: Resource): JsonSchema {
  const isFixed = !path.includes("/:");
  const pattern = path.replaceAll(/[.+*?^$()[\]{}|\\]/g, "\\$&")
    .replaceAll(/:[a-z_]+/g, "[^/]+");
  return {
    title: path,
    type: "object",
    properties: {
      method: { type: "string", enum: Object.keys(methods) },
      resource: isFixed
        ? { const: path }
        : { type: "string", pattern: `^${pattern}$` },
      headers: HEADERS,
      body: BODY,
    },
    required: ["method", "resource"],
    additionalProperties: false,
  };
}

function errorSchema(): JsonSchema {
  return {
    type: "object",
    properties: {
      error: { type: "string", description: "In words" },
      code: { type: "string", description: "For programs" },
      field: { type: "string", description: "Of the input, which is wrong" },
      retry_after: { type: "number", description: "In seconds" },
      request_id: { type: "string" },
    },
    required: ["error"],
    additionalProperties: false,
  };
}

function answerSchema(): JsonSchema {
  const statuses = [
    ...Object.keys(STATUSES).map(Number),
    ...Object.values(REFUSAL_STATUSES),
    200,
    201,
    202,
    501,
    504,
  ];
  return {
    type: "object",
    properties: {
      status: {
        type: "integer",
        enum: [...new Set(statuses)].toSorted((a, b) => a - b),
      },
      resource: { type: "string" },
      body: {},
      error: { type: ["string", "null"] },
      code: { type: "string" },
      field: { type: "string" },
      retry_after: { type: "number" },
      request_id: { type: "string" },
      version: { type: "string" },
    },
    required: ["status", "error", "request_id"],
    additionalProperties: false,
  };
}

function json(schema: JsonSchema): JsonSchema {
  return { "application/json": { schema } };
}
