/**
 * The successor's part: it binds every port beside its predecessor, whose
 * store it opens when that one has let go of it. Connections wait meanwhile.
 *
 * @module
 */
import type { Sorter } from "../../net/connection_sorter.ts";
import { SYSTEM_CLOCK } from "../system_time.ts";
import { type Certificate, parseCertificate } from "../../tls/certificate.ts";
import { chooseCertificate } from "../../tls/certificate_choice.ts";
import { onlyCertificate } from "../certificates.ts";
import { ServiceListeners } from "../service_listeners.ts";
import { Correspondence } from "./letters.ts";
import { Reception } from "./reception.ts";

export interface Inheritance {
  /** Bound; what comes there waits in the reception. */
  readonly listeners: ServiceListeners;
  readonly reception: Reception;
  /** What they show, the one for all other names first. */
  readonly certificates: readonly Certificate[];
  /** Has connections sorted where there are several certificates; until then they wait. */
  sortBy(sorter: Sorter): void;
}

/**
 * Resolves when new connections come to this process.
 *
 * @param httpsAlpn As `ServiceListeners` has it.
 * @throws {Error} why they do not; then the predecessor goes on
 */
export async function inherit(
  path: string,
  httpsAlpn: readonly string[],
): Promise<Inheritance> {
  const correspondence = await Correspondence.connect(path);
  try {
    await correspondence.send({ step: "prepared" });
    const { listeners: bound, keyPair, others = [] } = await correspondence
      .receive("bind");
    const certificates = [keyPair, ...others].map(({ chainPem, keyPem }) =>
      parseCertificate(chainPem, keyPem)
    );
    const reception = new Reception();
    const { promise: sorter, resolve: sortBy } = Promise.withResolvers<
      Sorter
    >();
    const waiting: Sorter = {
      async sort(connection, service) {
        return await (await sorter).sort(connection, service);
      },
    };
    const listeners = new ServiceListeners({
      handlers: reception,
      choice: {
        httpsAlpn: () => httpsAlpn,
        keyPairFor: (name) =>
          chooseCertificate(certificates, name, SYSTEM_CLOCK.now()),
        onlyKeyPair: (name) => onlyCertificate(name, certificates),
        sorter: () => waiting,
      },
    });
    await listeners.bindBeside(bound);
    await correspondence.send({ step: "bound" });
    return { listeners, reception, certificates, sortBy };
  } finally {
    correspondence.close();
  }
}
