/** Rows of a page, and the way to the others. @module */
import type { JSX } from "preact";
import { COUNT, type KeptChange, oneOf } from "../client/kept_query.ts";
import { t } from "../i18n/translate.ts";
import { SelectField } from "../ui/fields.tsx";
import { Pager } from "../ui/pager.tsx";

const SIZES = [25, 50, 100] as const;

export interface Part {
  readonly offset: number;
  readonly limit: number;
}

/** Of a list whose part is kept where one is. */
export const PART_FIELDS = { offset: COUNT, limit: oneOf(SIZES) };
/** Where a list begins that is asked for otherwise. */
export const AT_FIRST = { offset: 0 } as const;

interface PartPagerProps {
  readonly part: Part;
  readonly total: number;
  readonly onPart: (part: KeptChange<typeof PART_FIELDS>) => void;
}

export function PartPager(
  { part, total, onPart }: PartPagerProps,
): JSX.Element {
  return (
    <div class="paging">
      <Pager
        offset={part.offset}
        limit={part.limit}
        total={total}
        onChange={(offset) => onPart({ offset })}
      />
      {total > SIZES[0] && (
        <SelectField
          label={t("people.rows")}
          value={String(part.limit)}
          options={SIZES.map((size) => [String(size), String(size)])}
          onChange={(limit) => onPart({ ...AT_FIRST, limit })}
        />
      )}
    </div>
  );
}
