/** Contents of messages: once each, with the number of rows that refer to them. @module */
import type { BlobId } from "../../../base/ids.ts";
import type { Content } from "../../content.ts";
import type { SomeRows } from "../recent_count.ts";
import type { Connection } from "../database/connection.ts";

export interface NewBlob {
  readonly content: Content;
  readonly headerOctets: number;
  readonly refs: number;
  readonly createdAt: number;
}

export interface BlobPlace {
  readonly sizeOctets: number;
  readonly headerOctets: number;
  readonly file: string | null;
}

export interface BlobHeader extends BlobPlace {
  readonly octets: Uint8Array | null;
  /** Of all that is in the database. */
  readonly dataOctets: number | null;
}

export class BlobTable {
  /** Files that nothing refers to once the open transaction is committed. */
  readonly unused: string[] = [];

  constructor(readonly db: Connection) {}

  add(blob: NewBlob): BlobId {
    const { content } = blob;
    if (content.kind === "inline") {
      const id = this.#insert(blob, null, null);
      this.db.run(
        "INSERT INTO blob_data (blob_id, data) VALUES (?, ?)",
        id,
        content.octets,
      );
      return id;
    }
    const known = this.#sameFile(content.name, blob.refs);
    if (known !== undefined) return known;
    const same = content.digest && this.#sameContent(content.digest, blob.refs);
    if (same === undefined) {
      return this.#insert(blob, content.digest ?? null, content.name);
    }
    this.unused.push(content.name);
    return same;
  }

  /** One more row refers to it. */
  retain(id: BlobId): void {
    this.db.run("UPDATE blobs SET refs = refs + 1 WHERE id = ?", id);
  }

  /** One row fewer refers to it; the last one takes the octets along. */
  release(id: BlobId): void {
    const last = this.db.row<{ file: string | null }>(
      "DELETE FROM blobs WHERE id = ? AND refs = 1 RETURNING file",
      id,
    );
    if (!last) {
      this.db.run("UPDATE blobs SET refs = refs - 1 WHERE id = ?", id);
    } else if (last.file !== null) {
      this.unused.push(last.file);
    } else {
      this.db.run("DELETE FROM blob_data WHERE blob_id = ?", id);
    }
  }

  place(id: BlobId): BlobPlace | undefined {
    return this.db.row<BlobPlace>(
      `SELECT size AS sizeOctets, header_size AS headerOctets, file
       FROM blobs WHERE id = ?`,
      id,
    );
  }

  /** Of some that come after one. */
  someSizes(
    after: number,
    limit: number,
  ): SomeRows<"contents" | "octets" | "files" | "fileOctets"> {
    return this.db.row<
      SomeRows<"contents" | "octets" | "files" | "fileOctets">
    >(
      `SELECT count(*) AS rows, count(*) AS contents,
         coalesce(max(id), 0) AS last,
         coalesce(sum(size), 0) AS octets, count(file) AS files,
         coalesce(sum(size) FILTER (WHERE file IS NOT NULL), 0) AS fileOctets
       FROM (SELECT id, size, file FROM blobs WHERE id > ?
         ORDER BY id LIMIT ? + 0)`,
      after,
      limit,
    )!;
  }

  /** A content that is in the database, and the size that it should have. */
  whole(
    id: BlobId,
  ):
    | { octets: Uint8Array; sizeOctets: number; headerOctets: number }
    | undefined {
    return this.db.row(
      `SELECT data AS octets, size AS sizeOctets, header_size AS headerOctets
       FROM blobs JOIN blob_data ON blob_id = id WHERE id = ?`,
      id,
    );
  }

  slice(id: BlobId, start: number, end: number): Uint8Array | undefined {
    return this.db.row<{ data: Uint8Array }>(
      "SELECT substr(data, ?2 + 1, ?3 - ?2) AS data FROM blob_data WHERE blob_id = ?1",
      id,
      start,
      end,
    )?.data;
  }

  /** Where the header is, and itself if it is in the database. */
  header(id: BlobId): BlobHeader | undefined {
    return this.db.row<BlobHeader>(
      `SELECT size AS sizeOctets, header_size AS headerOctets, file,
         substr(data, 1, header_size) AS octets, length(data) AS dataOctets
       FROM blobs LEFT JOIN blob_data ON blob_id = id WHERE id = ?`,
      id,
    );
  }

  hasFile(name: string): boolean {
    return this.db.row("SELECT 1 FROM blobs WHERE file = ?", name) !==
      undefined;
  }

  /** Contents nothing refers to. */
  removeUnused(limit: number): number {
    const rows = this.db.rows<{ id: BlobId; file: string | null }>(
      "SELECT id, file FROM blobs WHERE refs = 0 LIMIT ? + 0",
      limit,
    );
    for (const { id, file } of rows) {
      this.db.run("DELETE FROM blobs WHERE id = ?", id);
      this.db.run("DELETE FROM blob_data WHERE blob_id = ?", id);
      if (file !== null) this.unused.push(file);
    }
    return rows.length;
  }

  #insert(
    blob: NewBlob,
    digest: Uint8Array | null,
    file: string | null,
  ): BlobId {
    const { content } = blob;
    return this.db.insert(
      `INSERT INTO blobs (refs, size, header_size, digest, file, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      blob.refs,
      content.kind === "inline" ? content.octets.length : content.sizeOctets,
      blob.headerOctets,
      digest,
      file,
      blob.createdAt,
    ) as BlobId;
  }

  /** A content that goes to several jobs comes more than once. */
  #sameFile(name: string, refs: number): BlobId | undefined {
    return this.db.row<{ id: BlobId }>(
      "UPDATE blobs SET refs = refs + ? WHERE file = ? RETURNING id",
      refs,
      name,
    )?.id;
  }

  #sameContent(digest: Uint8Array, refs: number): BlobId | undefined {
    return this.db.row<{ id: BlobId }>(
      "UPDATE blobs SET refs = refs + ? WHERE digest = ? RETURNING id",
      refs,
      digest,
    )?.id;
  }
}
