/** Positions of walks, as text for those who only carry them. @module */
import type { Cursor } from "../../base/ids.ts";

/** @param position Numbers and objects of numbers. */
export function cursorOf(position: unknown): Cursor | undefined {
  return position === undefined
    ? undefined
    : JSON.stringify(position) as Cursor;
}

/** The position that `cursorOf` was given. */
export function positionAt<T>(cursor: Cursor): T {
  return JSON.parse(cursor) as T;
}
