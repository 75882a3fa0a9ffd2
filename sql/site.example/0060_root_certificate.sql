-- SPDX-License-Identifier: ISC
-- A root certificate that devices are to trust.  Its node is named by the SHA-1
-- of the certificate, its data are its DER in base64:
--   openssl x509 -in root.pem -noout -fingerprint -sha1
--   openssl x509 -in root.pem -outform der | base64 -w0
-- Where the file lies beside this one, psql can do that itself:
--   \set root `openssl x509 -in /etc/fenestra/root.pem -outform der | base64 -w0`
-- and then :'root' stands for it.
select admin.profile_set('root-certificate', '[
  {"uri": "./Device/Vendor/MSFT/RootCATrustedCertificates/Root/C5E64DD1810A736475B9D583EFC0AA46D86F4C92/EncodedCertificate",
   "format": "b64",
   "data": "MIIBrTCCAVOgAwIBAgIUV8Ph3k3WeNWQBw9n9IsU8JUkMtQwCgYIKoZIzj0EAwIwLDEQMA4GA1UECgwHRXhhbXBsZTEYMBYGA1UEAwwPRXhhbXBsZSBSb290IENBMB4XDTI2MTEyMjA5Mjg1N1oXDTQ2MTExNzA5Mjg1N1owLDEQMA4GA1UECgwHRXhhbXBsZTEYMBYGA1UEAwwPRXhhbXBsZSBSb290IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYf4hZXfxQnT+Fp6qJgkiFjM9AvJYEHWIjNxHzsAQpk6/g6N1ydh6tg78tRH0dMtffgNlBHMNDaZujxCiC0zG/aNTMFEwHQYDVR0OBBYEFIEH91uyqShjTu+WGKr6B+6/GIbMMB8GA1UdIwQYMBaAFIEH91uyqShjTu+WGKr6B+6/GIbMMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgLcGhi7JLc5i6dLZKuJYMGaodnCEkC9cn4/fmzzc1o1wCIQDm+CLCGP0ZTdrTNk6nksanhxL3zSPWUoejNGwRVHDMmg=="}]');
select admin.assign('root-certificate', 'all');
