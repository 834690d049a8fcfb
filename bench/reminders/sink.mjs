// A mail server that takes everything, in as few steps as possible.
import { createServer } from 'node:net';

let taken = 0;

const server = createServer((socket) => {
  let inText = false;
  let rest = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write('220 sink\r\n');
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    rest += chunk;
    for (;;) {
      const end = inText ? rest.indexOf('\r\n.\r\n') : rest.indexOf('\r\n');
      if (end < 0) {
        // Nothing of a text is kept but what could be the beginning of its end.
        if (inText) rest = rest.slice(-4);
        return;
      }
      const line = rest.slice(0, end);
      rest = rest.slice(end + (inText ? 5 : 2));
      if (inText) {
        inText = false;
        taken += 1;
        socket.write('250 taken\r\n');
      } else if (/^data/i.test(line)) {
        inText = true;
        // An empty text would begin with its end.
        rest = `\r\n${rest}`;
        socket.write('354 go on\r\n');
      } else if (/^quit/i.test(line)) {
        socket.end('221 bye\r\n');
        return;
      } else {
        socket.write('250 ok\r\n');
      }
    }
  });
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.on('message', () => {
  process.send({ taken });
  taken = 0;
});
process.on('SIGTERM', () => process.exit(0));
