// A certified OpenID provider on a free port of this machine, with people, clients and keys of the tests'.
//
// node provider.mjs [PORT]: prints its issuer as the first line. Each line that it then reads is JSON with `clients`
// and `people`, which take the place of those before, and is answered with a line.
import { generateKeyPairSync } from 'node:crypto'
import http from 'node:http'
import { createInterface } from 'node:readline'
import Provider, { interactionPolicy } from 'oidc-provider'

// Its advice for production is not for here, and the first line that we print is read.
console.info = console.warn = () => {}

const clients = new Map()
let people = {}

const key = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${Date.now()}`,
})

class Memory {
  static kept = new Map()
  constructor(model) { this.model = model }
  id(id) { return `${this.model} ${id}` }
  async upsert(id, payload) { Memory.kept.set(this.id(id), payload) }
  async find(id) { return this.model === 'Client' ? clients.get(id) : Memory.kept.get(this.id(id)) }
  async findBy(name, value) {
    return [...Memory.kept.entries()].find(([id, each]) => id.startsWith(`${this.model} `) && each[name] === value)?.[1]
  }
  async findByUid(uid) { return this.findBy('uid', uid) }
  async findByUserCode(code) { return this.findBy('userCode', code) }
  async consume(id) { Memory.kept.get(this.id(id)).consumed = Math.floor(Date.now() / 1000) }
  async destroy(id) { Memory.kept.delete(this.id(id)) }
  async revokeByGrantId(grant) {
    for (const [id, each] of Memory.kept) if (each.grantId === grant) Memory.kept.delete(id)
  }
}

const configuration = {
  adapter: Memory,
  // Signing in is always asked for, so that each test says who comes.
  interactions: { policy: interactionPolicy.base(), url: (_, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256'), key('ed25519', {}, 'EdDSA')] },
  cookies: { keys: ['for tests only'] },
  pkce: { required: () => true, methods: ['S256'] },
  features: { devInteractions: { enabled: false } },
  acrValues: ['idporten-loa-substantial', 'idporten-loa-high'],
  claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
  clientBasedCORS: () => false,
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
  // People have agreed beforehand: what is tested is signing in.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile email')
    await grant.save()
    return grant
  },
  ttl: { Interaction: 600, Session: 600, Grant: 600 },
}

const page = (body) => `<!doctype html><html lang="en"><title>The provider</title><h1>The provider</h1>${body}</html>`
const form = `<form method="post">
  <label>Who <input name="login" required></label> <label>acr <input name="acr"></label> <label>amr <input name="amr"></label>
  <button name="do" value="enter">Enter</button></form>
  <form method="post"><button name="do" value="cancel">Cancel</button></form>`

async function interact(provider, request, response) {
  await provider.interactionDetails(request, response)
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(page(form))
    return
  }
  let body = ''
  for await (const piece of request) body += piece
  const sent = new URLSearchParams(body)
  const result = sent.get('do') === 'cancel'
    ? { error: 'access_denied', error_description: 'The person <b>cancelled</b>' }
    : { login: { accountId: sent.get('login'), acr: sent.get('acr') || undefined, amr: sent.get('amr') ? sent.get('amr').split(' ') : undefined } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

const server = http.createServer()
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, configuration)
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return callback(request, response)
    interact(provider, request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  console.log(issuer)
})

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const told = JSON.parse(line)
  clients.clear()
  for (const client of told.clients) clients.set(client.client_id, client)
  people = told.people
  console.log('told')
})
lines.on('close', () => process.exit(0))
