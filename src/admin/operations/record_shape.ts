/** A record that is to be published, as JSON. @module */
import {
  type PublishedRecord,
  webForm,
  zoneLine,
} from "../../federation/published/record.ts";

export function recordShape(record: PublishedRecord) {
  const { domain, name, type, value, need, purpose } = record;
  return {
    domain,
    name,
    type,
    /** One line, not split; null where it is not known here. */
    value: value === "" ? null : value,
    need,
    purpose,
    /** A line of a zone file. */
    zone: zoneLine(record),
    /** Fields of a web form. */
    form: webForm(record),
  };
}
