# The section certfiles: certificates that services show, public halves alone.

most_certificates=6000

# Prints `PATH:LINE` for the lines of certificates in the files $1…, and nothing else that stands in them.
list_certificates() {
	[ "$#" -gt 0 ] || return 0
	awk '
		FNR == 1 { on = count = 0 }
		/^-----BEGIN CERTIFICATE-----/ { on = ++count <= 5 }
		/PRIVATE/ { on = 0 }
		on { print FILENAME ":" substr($0, 1, 200) }
		/^-----END CERTIFICATE-----/ { on = 0 }
	' "$@" </dev/null
}

# Number, deadline in seconds. First those that the services' settings name, as far as we may read both; then all that
# lies in the usual places, which takes root where keys lie beside them. The authorities that come with the system do
# not.
section_certfiles() {
	echo 'run certfiles'
	set +f
	set -- "$root"/etc/nginx/nginx.conf "$root"/etc/nginx/conf.d/* "$root"/etc/nginx/sites-enabled/* \
		"$root"/etc/nginx/snippets/* "$root"/etc/apache2/sites-enabled/* "$root"/etc/apache2/mods-enabled/ssl.conf \
		"$root"/etc/httpd/conf/* "$root"/etc/httpd/conf.d/* "$root"/etc/haproxy/haproxy.cfg "$root"/etc/haproxy/conf.d/* \
		"$root"/etc/postfix/main.cf "$root"/etc/dovecot/dovecot.conf "$root"/etc/dovecot/conf.d/*
	set -f
	cert_named='^[[:space:]]*(ssl_certificate|SSLCertificateFile|smtpd_tls_(chain|cert)_files?|smtpd_tls_cert_file|ssl_cert)[[:space:]=]|[[:space:]]crt[[:space:]]+/'
	tell_files conf 400 "grep -aHE $cert_named" "$@"
	cert_paths=$(grep -ahsE "$cert_named" "$@" </dev/null |
		sed -n 's|^[^#/]*[[:space:]=<"'"'"']\(/[A-Za-z0-9/._@+-]*\).*|\1|p' | sort -u | head -n 100)
	set --
	for cert_path in $cert_paths; do
		is_path "$cert_path" && [ -f "$root$cert_path" ] && [ -r "$root$cert_path" ] && set -- "$@" "$root$cert_path"
	done
	# One of another size is no certificate: whoever writes it may be somebody else than who named it.
	[ "$#" -eq 0 ] || set -- $(within 5 find -L "$@" -maxdepth 0 -type f -size -64k -print)
	tell named "$most_certificates" 0 list_certificates "$@"
	tell_root found "$most_certificates" 1+ 10 find -L "$root/etc/letsencrypt/live" "$root/etc/ssl" "$root/etc/pki/tls" \
		"$root/etc/nginx" "$root/etc/apache2" "$root/etc/httpd" "$root/etc/haproxy" "$root/etc/postfix" "$root/etc/dovecot" \
		"$root/etc/pki" -maxdepth 3 -type d '(' -name ca-trust -o -path '*/ssl/certs' ')' -prune \
		-o -type f -size -64k '(' -name '*.pem' -o -name '*.crt' -o -name '*.cer' ')' \
		-exec sed -s -n -e /-BEGIN.CERTIFICATE-/F -e /PRIVATE/,/-END/d \
		-e /-BEGIN.CERTIFICATE-/,/-END.CERTIFICATE-/p {} + \
		-o -path "$root/etc/ssl" -print
}
