// Required, not imported: to import it, Node would first read its nine megabytes twice in search of export names, which
// takes a tenth of a run. Can go when Node does not.
import ts = require("typescript");

export = ts;
