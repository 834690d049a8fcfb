import { t } from '../platform/language/speaking.js';
import type { ApplicationRow } from './credentials.query.js';
import type { DomainRow } from '../domains/domains-of.query.js';
import type { ConnectPanel } from './models.js';

/**
 * How a program gets a token: every command takes the secret from an environment variable (T1, T2).
 * Of an application with domains, also how it calls with headers.
 */
export function connectPanel(
  row: ApplicationRow,
  publicUrl: string,
  domains: DomainRow[] = [],
): ConnectPanel {
  const tokenUrl = `${publicUrl}/oauth2/token`;
  const audience = row.resources[0]?.audience ?? 'https://audience.of.your.resource';
  const facts = { tokenUrl, clientId: row.clientId, audience };
  return {
    tokenUrl,
    commands: [
      { id: 'curl', label: 'curl', code: curl(facts) },
      { id: 'node', label: 'Node.js', code: node(facts) },
      { id: 'python', label: 'Python', code: python(facts) },
      { id: 'csharp', label: 'C#', code: csharp(facts) },
      { id: 'java', label: 'Java', code: java(facts) },
      ...domains.slice(0, 1).map((domain) => ({
        id: 'headers',
        label: t`curl, with a domain in the headers`,
        code: headers(publicUrl, row.clientId, domain),
      })),
    ],
  };
}

/**
 * Asks for the secret, so that it is in no command line and no history, and gets a token with it. One
 * command, so that what is pasted after its first line is not taken for the secret.
 */
export function tryLine(row: ApplicationRow, publicUrl: string): string {
  const command = connectPanel(row, publicUrl).commands.find(({ id }) => id === 'curl')!;
  return `read -rs CLIENT_SECRET &&\n${command.code}`;
}

interface Facts {
  tokenUrl: string;
  clientId: string;
  audience: string;
}

const curl = ({ tokenUrl, clientId, audience }: Facts) => `\
curl -sS -u "${clientId}:$CLIENT_SECRET" ${tokenUrl} \\
  -d grant_type=client_credentials \\
  -d resource=${audience}`;

/** Begins a sign-in, the first call of those that are proved by headers. */
const headers = (publicUrl: string, clientId: string, { host, callbacks }: DomainRow) => `\
curl -sS ${publicUrl}/api/sign-token \\
  -H "X-Client-Id: ${clientId}" \\
  -H "X-Client-Secret: $CLIENT_SECRET" \\
  -H "X-Client-Domain: ${host}" \\
  -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify({ redirect_url: callbacks[0]?.url ?? `https://${host}/signed-in` }))}`;

/** As one word of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const node = ({ tokenUrl, clientId, audience }: Facts) => `\
import { env } from 'node:process';

const credentials = Buffer.from('${clientId}:' + env.CLIENT_SECRET);
const answer = await fetch('${tokenUrl}', {
  method: 'POST',
  headers: { authorization: 'Basic ' + credentials.toString('base64') },
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    resource: '${audience}',
  }),
});
const { access_token } = await answer.json();`;

const python = ({ tokenUrl, clientId, audience }: Facts) => `\
import os, requests

answer = requests.post(
    "${tokenUrl}",
    auth=("${clientId}", os.environ["CLIENT_SECRET"]),
    data={
        "grant_type": "client_credentials",
        "resource": "${audience}",
    },
    timeout=10,
)
answer.raise_for_status()
access_token = answer.json()["access_token"]`;

const csharp = ({ tokenUrl, clientId, audience }: Facts) => `\
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

var secret = Environment.GetEnvironmentVariable("CLIENT_SECRET");
var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"${clientId}:{secret}"));
using var http = new HttpClient();
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
var answer = await http.PostAsync("${tokenUrl}",
    new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials",
        ["resource"] = "${audience}",
    }));
answer.EnsureSuccessStatusCode();
using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
var accessToken = json.RootElement.GetProperty("access_token").GetString();`;

const java = ({ tokenUrl, clientId, audience }: Facts) => `\
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

class Token {
    public static void main(String[] args) throws Exception {
        var credentials = "${clientId}:" + System.getenv("CLIENT_SECRET");
        var basic = Base64.getEncoder().encodeToString(credentials.getBytes());
        var form = "grant_type=client_credentials&resource="
            + URLEncoder.encode("${audience}", StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create("${tokenUrl}"))
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        var answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.body()); // JSON with "access_token"
    }
}`;
