/**
 * What is kept on this device: records in IndexedDB, each encrypted with a key
 * that WebCrypto uses and never shows. Without "keep on this device" the same
 * records are in memory alone.
 *
 * @module
 */

/** For want of room, mostly. */
export class NotKept extends Error {}

export interface Vault {
  /** @throws {NotKept} */
  put(name: string, value: unknown): Promise<void>;
  get<T>(name: string): Promise<T | undefined>;
  /** Values by name, of all whose name begins so. */
  all<T>(prefix: string): Promise<ReadonlyMap<string, T>>;
  remove(name: string): Promise<void>;
  /** Nothing is kept from here any more; what is there stays. */
  close(): void;
  /** Everything, key included. */
  wipe(): Promise<void>;
}

const DATABASE = "postern-app";
const RECORDS = "records";
const KEYS = "keys";

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

export class MemoryVault implements Vault {
  readonly #records = new Map<string, unknown>();

  put(name: string, value: unknown): Promise<void> {
    this.#records.set(name, value);
    return Promise.resolve();
  }

  get<T>(name: string): Promise<T | undefined> {
    return Promise.resolve(this.#records.get(name) as T | undefined);
  }

  all<T>(prefix: string): Promise<ReadonlyMap<string, T>> {
    const found = [...this.#records].filter(([name]) =>
      name.startsWith(prefix)
    );
    return Promise.resolve(new Map(found as [string, T][]));
  }

  remove(name: string): Promise<void> {
    this.#records.delete(name);
    return Promise.resolve();
  }

  close(): void {}

  wipe(): Promise<void> {
    this.#records.clear();
    return Promise.resolve();
  }
}

export class DeviceVault implements Vault {
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;
  #onWiped = () => {};
  #onLost = () => {};

  private constructor(database: IDBDatabase, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  /** @throws {DOMException} where the browser keeps nothing, as in a private window */
  static async open(): Promise<DeviceVault> {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(RECORDS);
      opening.result.createObjectStore(KEYS);
    };
    const database = await done(opening);
    const keys = () =>
      database.transaction(KEYS, "readwrite").objectStore(KEYS);
    let key = await done<CryptoKey | undefined>(keys().get("records"));
    if (!key) {
      key = await crypto.subtle.generateKey(
        { name: "AES-GCM", length: 256 },
        false,
        ["encrypt", "decrypt"],
      );
      await done(keys().put(key, "records"));
    }
    const vault = new DeviceVault(database, key);
    database.onclose = () => vault.#onLost();
    // who wipes it from elsewhere does not wait for us
    database.onversionchange = () => database.close();
    return vault;
  }

  /** Whether somebody has kept something here. */
  static async isThere(): Promise<boolean> {
    if (!("indexedDB" in globalThis)) return false;
    const databases = await indexedDB.databases?.() ?? [];
    return databases.some(({ name }) => name === DATABASE);
  }

  async put(name: string, value: unknown): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt(
      this.#algorithm(name, iv),
      this.#key,
      encode(value),
    );
    await this.#write((store) => store.put({ iv, data }, name));
  }

  async get<T>(name: string): Promise<T | undefined> {
    const sealed = await done<Sealed | undefined>(
      this.#store("readonly").get(name),
    );
    return sealed && await this.#open<T>(name, sealed);
  }

  async all<T>(prefix: string): Promise<ReadonlyMap<string, T>> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const store = this.#store("readonly");
    const [names, values] = await Promise.all([
      done(store.getAllKeys(range)),
      done<Sealed[]>(store.getAll(range)),
    ]);
    const opened = await Promise.all(values.map(async (sealed, index) => {
      const name = String(names[index]);
      return [name, await this.#open<T>(name, sealed)] as const;
    }));
    return new Map(opened);
  }

  async remove(name: string): Promise<void> {
    await this.#write((store) => store.delete(name));
  }

  close(): void {
    this.#database.close();
  }

  async wipe(): Promise<void> {
    this.close();
    await done(indexedDB.deleteDatabase(DATABASE));
    this.#onWiped();
  }

  /** @param onWiped called when nothing is kept any more */
  whenWiped(onWiped: () => void): this {
    this.#onWiped = onWiped;
    return this;
  }

  /** @param onLost called when the browser has thrown away what was kept, as people may tell it to */
  whenLost(onLost: () => void): this {
    this.#onLost = onLost;
    return this;
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(RECORDS, mode).objectStore(RECORDS);
  }

  /** It is kept when the transaction is complete: that there is no room is said no sooner. */
  #write(work: (store: IDBObjectStore) => void): Promise<void> {
    let store: IDBObjectStore;
    try {
      store = this.#store("readwrite");
      work(store);
    } catch (cause) {
      return Promise.reject(new NotKept("Closed", { cause }));
    }
    return new Promise((resolve, reject) => {
      store.transaction.oncomplete = () => resolve();
      store.transaction.onabort = () =>
        reject(new NotKept("Not kept", { cause: store.transaction.error }));
    });
  }

  /** The name is bound to what it names, so that no record can be put in the place of another. */
  #algorithm(name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    const additionalData = new TextEncoder().encode(name);
    return { name: "AES-GCM", iv, additionalData };
  }

  async #open<T>(name: string, { iv, data }: Sealed): Promise<T> {
    const plain = await crypto.subtle.decrypt(
      this.#algorithm(name, iv),
      this.#key,
      data,
    );
    return decode(new Uint8Array(plain)) as T;
  }
}

/** Octets as they are, anything else as JSON; the first octet says which. */
function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const octets = value instanceof Uint8Array
    ? value
    : new TextEncoder().encode(JSON.stringify(value));
  const all = new Uint8Array(octets.length + 1);
  all[0] = value instanceof Uint8Array ? 1 : 0;
  all.set(octets, 1);
  return all;
}

function decode(octets: Uint8Array): unknown {
  const rest = octets.subarray(1);
  return octets[0] === 1 ? rest : JSON.parse(new TextDecoder().decode(rest));
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
