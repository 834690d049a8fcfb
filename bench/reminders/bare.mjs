// The reference: the same messages through nodemailer's pool, and nothing else.
import { createTransport } from 'nodemailer';

const { SMTP_URL, SMTP_CONNECTIONS } = process.env;
const transport = createTransport({
  url: SMTP_URL,
  pool: true,
  maxConnections: Number(SMTP_CONNECTIONS),
  disableFileAccess: true,
  disableUrlAccess: true,
});

console.log('{}');
process.on('message', ({ message, count }) => void send(message, count));
process.on('SIGTERM', () => process.exit(0));

async function send(message, count) {
  let left = count;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await transport.sendMail({
        ...message,
        to: { name: `Manager ${left}`, address: `manager${left}@example.org` },
        messageId: `<${crypto.randomUUID()}@example.org>`,
        date: new Date(),
      });
    }
  };
  await Promise.all(Array.from({ length: Number(SMTP_CONNECTIONS) * 3 }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  process.send({ seconds, micros: (user + system) / count });
}
