/** Methods of values that templates may call; none of them changes what it is called on. @module */

export const TEXT_METHODS: ReadonlySet<string> = new Set([
  "charAt",
  "endsWith",
  "includes",
  "indexOf",
  "lastIndexOf",
  "slice",
  "split",
  "startsWith",
  "substring",
  "toLowerCase",
  "toUpperCase",
  "trim",
  "trimEnd",
  "trimStart",
]);

/** The last three as in Python. */
export const LIST_METHODS: ReadonlySet<string> = new Set([
  "includes",
  "indexOf",
  "lastIndexOf",
  "slice",
  "count",
  "find",
  "index",
]);

/** As in Python. */
export const MAPPING_METHODS: ReadonlySet<string> = new Set([
  "get",
  "has_key",
  "items",
  "iteritems",
  "iterkeys",
  "itervalues",
  "keys",
  "values",
]);
