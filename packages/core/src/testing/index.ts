export { createFaultyLink, type FaultyLink } from "./faulty-link.js";
export { type Lack, type TransportSuiteOptions, type TransportUnderTest, testTransport } from "./transport-suite.js";
export { VirtualClock } from "./virtual-clock.js";
