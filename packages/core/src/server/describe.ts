import type { CallContext } from "../call.js";
import { RpcError } from "../errors.js";
import type { Contract } from "../service/contract.js";
import type { RegisteredMethod, RegisteredService } from "../service/registry.js";

/** Who may ask a server for its contract: everybody, nobody, or who this says, by what `authenticate` returned. */
export type Describe = boolean | ((identity: unknown) => boolean);

/** Wire name of the service by which a server describes itself; no service of an application can have it. */
export const descriptionService = "$rpc";

/** The service with which a server tells its contract: `describe()` answers with its JSON. */
export function createDescription(contract: Contract, describe: Describe): RegisteredService {
  let text: string | undefined;
  const method: RegisteredMethod = {
    kind: "method",
    service: descriptionService,
    name: "describe",
    options: { context: true },
    throws: new Map(),
    params: [],
    refuseArguments: undefined,
    boundary: undefined,
    run([context]) {
      // Anything but a plain true refuses: a promise is no permission.
      if (
        describe !== true &&
        (typeof describe !== "function" || describe((context as CallContext).identity) !== true)
      ) {
        throw new RpcError(
          "permission_denied",
          "this server does not describe itself to this caller; see the option describe of serve",
          {
            outcome: "not-executed",
          },
        );
      }
      text ??= JSON.stringify(contract);
      return text;
    },
  };
  return {
    name: descriptionService,
    hash: undefined,
    members: new Map([[method.name, method]]),
    byNumber: [],
  };
}
