/** A number of the overview, on its way or missing without the others. @module */
import type { ComponentChildren, JSX } from "preact";
import { Link } from "../client/router.ts";
import type { Watched } from "../client/use_operation.ts";
import { Failure, Loading } from "../ui/state.tsx";

export interface TileProps<T> {
  readonly title: string;
  readonly of: Watched<T>;
  /** Where more of it is shown. */
  readonly to?: string;
  readonly kind?: (data: T) => "plain" | "warn" | "bad";
  readonly value: (data: T) => ComponentChildren;
  readonly note?: (data: T) => ComponentChildren;
}

export function Tile<T>(
  { title, of: { data, error, refresh }, to, kind, value, note }: TileProps<T>,
): JSX.Element {
  return (
    <section class={`card tile ${data && kind ? kind(data) : "plain"}`}>
      <h2>{to ? <Link to={to}>{title}</Link> : title}</h2>
      {data === undefined && error === undefined && <Loading lines={2} />}
      {error && <Failure error={error} retry={refresh} />}
      {data !== undefined && !error && (
        <>
          <p class="tile-value">{value(data)}</p>
          {note && <p class="hint">{note(data)}</p>}
        </>
      )}
    </section>
  );
}
