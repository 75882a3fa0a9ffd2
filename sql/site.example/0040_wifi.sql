-- SPDX-License-Identifier: ISC
-- A network, as SyncML that could have been written for another server.  The
-- name in the LocURI is percent-encoded, the WLANProfile within Data escaped.
-- This one asks for a certificate by EAP-TLS, so there is no secret in it.
select admin.profile_import('wifi-office', $syncml$
<Add>
  <CmdID>1</CmdID>
  <Item>
    <Target>
      <LocURI>./Device/Vendor/MSFT/WiFi/Profile/Example%20Office/WlanXml</LocURI>
    </Target>
    <Meta><Format xmlns="syncml:metinf">chr</Format></Meta>
    <Data>&lt;WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"&gt;
&lt;name&gt;Example Office&lt;/name&gt;
&lt;SSIDConfig&gt;&lt;SSID&gt;&lt;name&gt;Example Office&lt;/name&gt;&lt;/SSID&gt;&lt;/SSIDConfig&gt;
&lt;connectionType&gt;ESS&lt;/connectionType&gt;&lt;connectionMode&gt;auto&lt;/connectionMode&gt;
&lt;MSM&gt;&lt;security&gt;&lt;authEncryption&gt;&lt;authentication&gt;WPA3ENT&lt;/authentication&gt;
&lt;encryption&gt;AES&lt;/encryption&gt;&lt;useOneX&gt;true&lt;/useOneX&gt;&lt;/authEncryption&gt;
&lt;OneX xmlns="http://www.microsoft.com/networking/OneX/v1"&gt;&lt;authMode&gt;machine&lt;/authMode&gt;
&lt;EAPConfig&gt;&lt;EapHostConfig xmlns="http://www.microsoft.com/provisioning/EapHostConfig"&gt;
&lt;EapMethod&gt;&lt;Type xmlns="http://www.microsoft.com/provisioning/EapCommon"&gt;13&lt;/Type&gt;&lt;/EapMethod&gt;
&lt;Config xmlns="http://www.microsoft.com/provisioning/EapHostConfig"/&gt;
&lt;/EapHostConfig&gt;&lt;/EAPConfig&gt;&lt;/OneX&gt;&lt;/security&gt;&lt;/MSM&gt;
&lt;/WLANProfile&gt;</Data>
  </Item>
</Add>
$syncml$);
select admin.assign('wifi-office', 'laptops');
