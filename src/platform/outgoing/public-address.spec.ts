import { describe, expect, test } from '@jest/globals';
import { isPublicAddress } from './public-address.js';

describe('an address may be sent to', () => {
  test.each([
    ['1.1.1.1'],
    ['9.255.255.255'],
    ['11.0.0.0'],
    ['100.63.255.255'],
    ['100.128.0.0'],
    ['126.255.255.255'],
    ['128.0.0.0'],
    ['169.253.255.255'],
    ['169.255.0.0'],
    ['172.15.255.255'],
    ['172.32.0.0'],
    ['192.0.1.0'],
    ['192.167.255.255'],
    ['192.169.0.0'],
    ['198.17.255.255'],
    ['198.20.0.0'],
    ['223.255.255.255'],
    ['2000::1'],
    ['2001:200::1'],
    ['2606:4700:4700::1111'],
    ['3ffe:ffff::1'],
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('an address is never sent to', () => {
  test.each([
    ['this network', '0.0.0.0'],
    ['this network, end', '0.255.255.255'],
    ['private, 10', '10.0.0.0'],
    ['private, 10, end', '10.255.255.255'],
    ['shared', '100.64.0.0'],
    ['shared, end', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback, end', '127.255.255.255'],
    ['link-local', '169.254.0.0'],
    ['metadata of a cloud', '169.254.169.254'],
    ['private, 172', '172.16.0.0'],
    ['private, 172, end', '172.31.255.255'],
    ['protocol assignments', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['6to4 relay', '192.88.99.1'],
    ['private, 192', '192.168.0.0'],
    ['private, 192, end', '192.168.255.255'],
    ['benchmark', '198.18.0.0'],
    ['benchmark, end', '198.19.255.255'],
    ['documentation', '198.51.100.7'],
    ['documentation', '203.0.113.7'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['v4-compatible', '::127.0.0.1'],
    ['v4-mapped loopback', '::ffff:127.0.0.1'],
    ['v4-mapped, in hexadecimal', '::ffff:7f00:1'],
    ['v4-mapped metadata', '::ffff:169.254.169.254'],
    ['v4-mapped, even of a public one', '::ffff:1.1.1.1'],
    ['v4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64, even of a public one', '64:ff9b::1.1.1.1'],
    ['NAT64, local', '64:ff9b:1::1'],
    ['discard', '100::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['6to4 of a private one', '2002:7f00:1::'],
    ['documentation', '3fff::1'],
    ['segment routing', '5f00::1'],
    ['unique-local', 'fc00::1'],
    ['unique-local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%lo'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['a name', 'localhost'],
    ['a number', '2130706433'],
    ['octal', '0177.0.0.1'],
    ['nothing', ''],
  ])('%s: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a network that is let through', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.0/8'], true],
    ['127.0.0.1', ['127.0.0.1'], true],
    ['127.0.0.2', ['127.0.0.1'], false],
    ['10.1.2.3', ['127.0.0.1', '10.1.0.0/16'], true],
    ['10.2.2.3', ['127.0.0.1', '10.1.0.0/16'], false],
    ['::1', ['::1'], true],
    ['::1', ['127.0.0.1'], false],
    ['fd00::7', ['fd00::/64'], true],
    ['169.254.169.254', ['fd00::/64'], false],
  ])('%s by %j: %s', (address, allowed, expected) => {
    expect(isPublicAddress(address, allowed)).toBe(expected);
  });
});
