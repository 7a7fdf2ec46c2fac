import { connect, expose, type Remote, RpcError, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";

interface Passport {
  name: string;
  born: Date;
  number: bigint;
  visas: Map<string, Date>;
  photo: Uint8Array;
}

@service("Office")
class Office {
  @expose()
  stamp(passport: Passport, country: string, until: Date): Passport {
    if (until <= passport.born) throw new RpcError("invalid_argument", `${passport.name} was not born yet`);
    return { ...passport, visas: new Map(passport.visas).set(country, until) };
  }
}

const transports = [tcp()];
await using server = await serve([new Office()], { transports, listen: "tcp://127.0.0.1:0" });
await using client = await connect(server.urls[0], { transports });
const office = client.service<Remote<Office>>("Office");

const passport: Passport = {
  name: "小红",
  born: new Date("2006-03-01"),
  number: 9_007_199_254_740_993n,
  visas: new Map(),
  photo: new Uint8Array([137, 80, 78, 71]),
};

const stamped = await office.stamp(passport, "France", new Date("2030-01-01"));
console.log(
  `${stamped.name}, born in ${stamped.born.getUTCFullYear()}, has the number ${stamped.number + 0n}`,
);
console.log(`France until ${stamped.visas.get("France")?.toISOString().slice(0, 10)}`);
console.log(`a photo of ${stamped.photo.length} bytes: ${stamped.photo instanceof Uint8Array}`);

const refusal: unknown = await office.stamp(passport, "Spain", new Date(0)).catch((error: unknown) => error);
if (RpcError.is(refusal)) console.log(`${refusal.code}: ${refusal.message}`);
