/** What a browser sees at the root. */
export const startPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Kaa simulator</title>
<h1>Kaa simulator</h1>
<p>This process plays the Kaa IoT platform. Devices speak MQTT to it; what they sent is here:</p>
<ul>
<li><a href="/api/v1/endpoints">/api/v1/endpoints</a>: every endpoint that has spoken</li>
<li>/api/v1/endpoints/{token}/telemetry: its samples</li>
<li>/api/v1/endpoints/{token}/metadata, commands, config, software, blobs: what it has and what it is sent</li>
<li><a href="/api/v1/faults">/api/v1/faults</a>: the faults in force</li>
<li><a href="/api/v1/events">/api/v1/events</a>: everything in and out, as it happens</li>
</ul>
</html>
`;
