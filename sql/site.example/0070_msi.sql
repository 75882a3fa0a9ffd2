-- SPDX-License-Identifier: ISC
-- A program from an MSI: the node of the product is made, then told to download
-- and install.  The name of the node is the product code with its braces as %7B
-- and %7D; the hash is the SHA-256 of the file.  A device that leaves the
-- profile uninstalls the program.
select admin.profile_set('archiver', '[
  {"verb": "Add",
   "uri": "./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B23170F69-40C1-2702-2409-000001000000%7D/DownloadInstall",
   "format": "null"},
  {"verb": "Exec",
   "uri": "./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B23170F69-40C1-2702-2409-000001000000%7D/DownloadInstall",
   "format": "xml",
   "data": "<MsiInstallJob id=\"{23170F69-40C1-2702-2409-000001000000}\"><Product Version=\"24.9.0.0\"><Download><ContentURLList><ContentURL>https://intranet.example.com/archiver.msi</ContentURL></ContentURLList></Download><Validation><FileHash>0000000000000000000000000000000000000000000000000000000000000000</FileHash></Validation><Enforcement><CommandLine>/quiet</CommandLine><TimeOut>10</TimeOut><RetryCount>1</RetryCount><RetryInterval>5</RetryInterval></Enforcement></Product></MsiInstallJob>"}]');
select admin.assign('archiver', 'pilots');
