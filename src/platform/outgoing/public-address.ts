import { BlockList, isIP } from 'node:net';

/** What is not the public Internet, of the registries of special-purpose addresses (RFC 6890 and its updates). */
const special4 = blockList([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by customers of a provider
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, with the metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]);

/** All that was ever given out for use across networks. Mapped, NAT64, local and multicast are outside. */
const global6 = blockList(['2000::/3']);
const special6 = blockList([
  '2001::/23', // protocol assignments, with Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which has an IPv4 address inside
  '3fff::/20', // documentation
]);

/**
 * Whether something on behalf of a user may be sent to this address.
 * @param address an address as a resolver gives it; a name is never public
 * @param allowed networks that the operator lets through although they are not public
 */
export function isPublicAddress(address: string, allowed: readonly string[] = []): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (blockList(allowed).check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
  return family === 4
    ? !special4.check(address, 'ipv4')
    : global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
}

/** @param networks addresses, or networks as `10.0.0.0/8` */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list;
}
