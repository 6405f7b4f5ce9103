/** A line that nobody reads, or that a full disk does not take, is lost; what comes after it is written again, and the program is not its log. */
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
