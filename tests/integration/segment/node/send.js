// Sends one message of each call and a few hundred tracks to the host given, and prints their message ids.
const { Analytics } = require('@segment/analytics-node')

const [host, writeKey, count] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, flushInterval: 200 })
const ids = []
analytics.on('error', (error) => {
  console.error('failed', error.code, error.reason && error.reason.message)
  process.exitCode = 1
})
const seen = (error, ctx) => (error ? console.error(error) : ids.push(ctx.event.messageId))

for (let n = 0; n < Number(count); n++) {
  analytics.track({ userId: `user-${n % 7}`, event: 'Feature Used', properties: { n } }, seen)
}
const orderId = '0b5a4c9e-5f0e-4c5e-9d3f-1a2b3c4d5e6f'
analytics.track({ anonymousId: 'device-1', event: 'Order Completed', properties: { orderId, total: 27.5 } }, seen)
analytics.identify({ userId: 'ann', traits: { email: 'ann@example.com', name: 'Ann Lee', plan: 'pro' } }, seen)
analytics.page({ userId: 'ann', name: 'Home', properties: { url: 'https://shop.example/?mail=ann@example.com' } }, seen)
analytics.screen({ userId: 'ann', name: 'Cart' }, seen)
analytics.group({ userId: 'ann', groupId: 'g1', traits: { seats: 3 } }, seen)
analytics.alias({ userId: 'ann', previousId: 'device-1' }, seen)
analytics.closeAndFlush().then(() => console.log(JSON.stringify(ids)))
