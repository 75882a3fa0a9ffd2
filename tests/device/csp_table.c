/* SPDX-License-Identifier: ISC */
#include "csp.h"
#include "util.h"

#define ADD CSP_ADD
#define DEL CSP_DELETE
#define GET CSP_GET
#define REP CSP_REPLACE
#define EXE CSP_EXEC
#define NEW CSP_UPSERT
#define ADGR (ADD | DEL | GET | REP)

#define MSFT "Vendor/MSFT/"
#define EXT "DevDetail/Ext/Microsoft/"
#define PROVIDER MSFT "DMClient/Provider/*/"
#define MSI MSFT "EnterpriseDesktopAppManagement/MSI/*"
#define APP MSFT "EnterpriseModernAppManagement/"
#define SIM MSFT "Simulator/"

/* clang-format off */
const struct csp_rule csp_rules[] = {
 { "DevInfo/DevId", "chr", GET, "$device-id" },
 { "DevInfo/Man",   "chr", GET, "VMware, Inc." },
 { "DevInfo/Mod",   "chr", GET, "VMware7,1" },
 { "DevInfo/DmV",   "chr", GET, "1.3" },
 { "DevInfo/Lang",  "chr", GET, "en-US" },

 { "DevDetail/DevTyp",         "chr",  GET, "Desktop" },
 { "DevDetail/OEM",            "chr",  GET, "VMware, Inc." },
 { "DevDetail/FwV",            "chr",  GET, "VMW71.00V.18452719.B64" },
 { "DevDetail/SwV",            "chr",  GET, "10.0.19043.2364" },
 { "DevDetail/HwV",            "chr",  GET, "VMware7,1" },
 { "DevDetail/LrgObj",         "bool", GET, "false" },
 { "DevDetail/URI/MaxDepth",   "int",  GET, "0" },
 { "DevDetail/URI/MaxTotLen",  "int",  GET, "0" },
 { "DevDetail/URI/MaxSegLen",  "int",  GET, "0" },
 { EXT "DeviceName",           "chr",  GET | REP, "$device-name" },
 { EXT "DNSComputerName",      "chr",  GET | REP, "$device-name" },
 { EXT "OSPlatform",           "chr",  GET, "Windows 10 Enterprise Evaluation" },
 { EXT "ProcessorArchitecture", "int", GET, "9" },
 { EXT "Resolution",           "chr",  GET, "1920x1080" },
 { EXT "TotalRAM",             "int",  GET, "4096" },
 { EXT "TotalStorage",         "int",  GET, "61440" },
 { EXT "FreeStorage",          "int",  GET, "30720" },
 { EXT "SMBIOSSerialNumber",   "chr",  GET, "VMware-56 4d 29" },
 { EXT "MobileID",             "chr",  GET },

 { MSFT "Personalization/DesktopImageUrl",    "chr", ADGR | NEW, NULL, 202,
     .demand = CSP_URL },
 { MSFT "Personalization/LockScreenImageUrl", "chr", ADGR | NEW, NULL, 202,
     .demand = CSP_URL },
 { MSFT "Personalization/DesktopImageStatus",    "int", GET, "2" },
 { MSFT "Personalization/LockScreenImageStatus", "int", GET, "2" },

 { MSFT "Policy/Config/*",          "node", ADD | DEL | GET },
 { MSFT "Policy/Config/*/*",        NULL,   ADGR | NEW },
 { "User/" MSFT "Policy/Config/*",  "node", ADD | DEL | GET },
 { "User/" MSFT "Policy/Config/*/*", NULL,  ADGR | NEW },

 { MSFT "Reboot/RebootNow",            "null", EXE, .effect = CSP_REBOOT },
 { MSFT "Reboot/Schedule/Single",      "chr",  ADGR },
 { MSFT "RemoteWipe/doWipe",           "chr",  EXE, .effect = CSP_WIPE },
 { MSFT "RemoteWipe/doWipeProtected",  "chr",  EXE, .effect = CSP_WIPE },

 { MSFT "CertificateStore/My/WSTEP/Renew/RenewNow", "null", EXE,
     .effect = CSP_RENEW },

 { MSFT "DMClient/Unenroll",   "chr",  EXE, .effect = CSP_UNENROLL,
     .demand = CSP_PROVIDER },
 { PROVIDER "Unenroll",        "chr",  EXE, .effect = CSP_UNENROLL,
     .demand = CSP_PROVIDER },
 { PROVIDER "UPN",             "chr",  ADD | GET | REP, "$upn" },
 { PROVIDER "EntDMID",         "chr",  ADGR, "$enterprise-device-id" },
 { PROVIDER "EntDeviceName",   "chr",  ADGR, "$device-name" },
 { PROVIDER "EnrollmentType",  "chr",  GET, "Full" },
 { PROVIDER "HWDevID",         "chr",  GET, "$hardware-id" },
 { PROVIDER "SyncApplicationVersion", "chr", GET | REP, "1.0" },
 { PROVIDER "Push/PFN",        "chr",  ADD | GET | REP },
 { PROVIDER "Push/ChannelURI", "chr",  GET },
 { PROVIDER "Push/Status",     "int",  GET, "8" },

 { MSI,                        "node", ADD | DEL | GET },
 { MSI "/DownloadInstall",     "xml",  ADD | GET | EXE, .status = 202 },
 { MSI "/Status",              "int",  GET },
 { APP "AppInstallation/*",    "node", ADD | DEL | GET },
 { APP "AppInstallation/*/HostedInstall", "xml", ADD | GET | EXE,
     .status = 202 },
 { APP "AppManagement/AppStore/*", "node", DEL | GET },

 { MSFT "Accounts/Users/*",    "node", ADD | DEL | GET },
 { MSFT "Accounts/Users/*/Password",       "chr", ADD | GET, .denied = GET },
 { MSFT "Accounts/Users/*/LocalUserGroup", "int", ADD | GET, .denied = GET },

 { MSFT "RootCATrustedCertificates/Root/*", "node", ADD | DEL | GET },
 { MSFT "RootCATrustedCertificates/Root/*/EncodedCertificate", "b64", ADGR },
 { MSFT "WiFi/Profile/*",          "node", ADD | DEL | GET },
 { MSFT "WiFi/Profile/*/WlanXml",  "chr",  ADGR },

 /* reasons for a status that real nodes rarely give, see csp_reason.c */
 { SIM "Plain",     NULL,   ADGR | NEW },
 { SIM "Constant",  "chr",  GET, "constant" },
 { SIM "WriteOnly", "chr",  ADD | DEL | REP, "secret" },
 { SIM "Guarded",   "chr",  ADGR, "guarded", .denied = ADGR },
 { SIM "Integer",   "int",  ADGR | NEW, "1", .low = 1, .high = 10 },
 { SIM "Truth",     "bool", ADGR | NEW, "true" },
 { SIM "Bytes",     "b64",  ADGR | NEW, .longest = 64 },
 { SIM "Binary",    "bin",  ADGR | NEW },
 { SIM "Markup",    "xml",  ADGR | NEW, "<on/>" },
 { SIM "Short",     "chr",  ADGR | NEW, .longest = 8 },
 { SIM "Big",       "chr",  ADGR | NEW },
 { SIM "Full",      "chr",  ADGR | NEW, .demand = CSP_FULL },
 { SIM "Typed",     "chr",  ADGR | NEW, .type = "text/plain" },
 { SIM "Names/*",   "chr",  ADGR | NEW, .longest_name = 16 },
 { SIM "Few/a",     "chr",  ADGR | NEW, "1" },
 { SIM "Few/b",     "chr",  ADGR | NEW, "2" },
 { SIM "Few/*",     "chr",  ADGR | NEW, .most = 2 },
 { SIM "Unique/a",  "chr",  ADGR | NEW, "x" },
 { SIM "Unique/*",  "chr",  ADGR | NEW, .demand = CSP_UNIQUE },
 { SIM "Busy",      "chr",  ADGR | NEW, "calm", .busy = 1 },
 { SIM "Slow",      "null", EXE, .status = 202 },
 { SIM "Silent",    "null", EXE, .status = 204 },
 { SIM "Forbidden", "chr",  ADGR | EXE, "x", .always = 403 },
 { SIM "Gone",      "chr",  ADGR | EXE, "x", .always = 410 },
 { SIM "Absent",    "null", EXE, .always = 501 },
 { SIM "Down",      "null", EXE, .always = 503 },
 { SIM "Broken",    "chr",  ADGR | EXE, "x", .always = 510 },
 { SIM "Cancelled", "null", EXE, .always = 214 },
 { SIM "Interactive", "null", EXE, .always = 215 },
};
/* clang-format on */

const size_t csp_nrules = COUNT(csp_rules);
