export type { Safety } from "../session/safeties.js";
export { createScan } from "./create-scan.js";
export { createFaultyLink, type FaultyLink } from "./faulty-link.js";
export { createPacketReader, type ReadPacket } from "./read-packet.js";
export { callOf, helloOf, packetOf, ScriptedPeer, welcomeOf } from "./scripted-peer.js";
export { SeededRandom } from "./seeded-random.js";
export { type NetworkOptions, type SimulatedLink, SimulatedNetwork } from "./simulated-network.js";
export { Simulation, type SimulationOptions } from "./simulation.js";
export { switchScan } from "./switch-scan.js";
export {
  type Lack,
  type TransportSuiteOptions,
  type TransportUnderTest,
  testTransport,
} from "./transport-suite.js";
export { VirtualClock } from "./virtual-clock.js";
export { withoutSafety } from "./without-safety.js";
export { checkEvents } from "./workload/check-events.js";
export { runWorkload, type WorkloadOptions, type WorkloadReport } from "./workload/workload.js";
