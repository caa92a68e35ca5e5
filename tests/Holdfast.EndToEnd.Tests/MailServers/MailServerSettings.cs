namespace Holdfast.EndToEnd.Tests.MailServers;

/// <summary>Settings with which Dovecot and Exim run without any right of their own, wholly inside one folder.</summary>
internal static class MailServerSettings
{
    public static string Dovecot(string folder, string user, string group, int imap, int imaps, int lmtp) =>
        $$"""
        base_dir = {{folder}}/run
        state_dir = {{folder}}/state
        log_path = {{folder}}/log/dovecot.log
        protocols = imap lmtp
        listen = 127.0.0.1
        default_internal_user = {{user}}
        default_internal_group = {{group}}
        default_login_user = {{user}}
        first_valid_uid = 0
        last_valid_uid = 0
        mail_location = maildir:{{folder}}/mail/%u
        mail_uid = {{user}}
        mail_gid = {{group}}
        ssl = yes
        ssl_cert = <{{folder}}/cert.pem
        ssl_key = <{{folder}}/key.pem
        disable_plaintext_auth = no
        auth_mechanisms = plain login
        passdb {
          driver = passwd-file
          args = scheme=PLAIN username_format=%u {{folder}}/users
        }
        userdb {
          driver = static
          args = uid={{user}} gid={{group}} home={{folder}}/home/%u allow_all_users=yes
        }
        namespace inbox {
          inbox = yes
          separator = /
          mailbox Sent {
            auto = subscribe
            special_use = \Sent
          }
        }
        # Without rights of its own it cannot change its root folder.
        service anvil {
          chroot =
        }
        service stats {
          chroot =
        }
        service imap-login {
          chroot =
          inet_listener imap {
            port = {{imap}}
          }
          inet_listener imaps {
            port = {{imaps}}
            ssl = yes
          }
        }
        service lmtp {
          inet_listener lmtp {
            address = 127.0.0.1
            port = {{lmtp}}
          }
        }
        # A wrong password would cost seconds for each way of logging in.
        auth_failure_delay = 0
        mail_max_userip_connections = 100

        """;

    public static string Exim(string folder, string user, string group, int smtp, int lmtp) =>
        $$$$$"""
        exim_path = /usr/sbin/exim4
        exim_user = {{{{{user}}}}}
        exim_group = {{{{{group}}}}}
        never_users =
        spool_directory = {{{{{folder}}}}}/spool
        log_file_path = {{{{{folder}}}}}/log/exim-%slog
        pid_file_path = {{{{{folder}}}}}/exim.pid
        primary_hostname = mail.example.test
        domainlist local_domains = example.test
        local_interfaces = <; 127.0.0.1
        daemon_smtp_ports = {{{{{smtp}}}}}
        tls_advertise_hosts = *
        tls_certificate = {{{{{folder}}}}}/cert.pem
        tls_privatekey = {{{{{folder}}}}}/key.pem
        rfc1413_query_timeout = 0s
        host_lookup =
        smtp_accept_max = 50
        message_size_limit = 200M
        deliver_drop_privilege = true
        keep_environment =
        acl_smtp_rcpt = acl_rcpt
        acl_smtp_data = acl_data
        begin acl
        acl_rcpt:
          defer  local_parts = tempfail
                 message = 451 4.7.1 try again later
          deny   local_parts = reject
                 message = 550 5.1.1 no such user
          accept domains = +local_domains
          accept authenticated = *
          deny   message = relay not permitted
        acl_data:
          accept
        begin routers
        local:
          driver = accept
          domains = +local_domains
          transport = to_lmtp
        begin transports
        to_lmtp:
          driver = smtp
          protocol = lmtp
          hosts = 127.0.0.1
          port = {{{{{lmtp}}}}}
          allow_localhost
          hosts_override
        begin retry
        *  *  F,2h,1s
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if and{{eq{$auth2}{support@example.test}}{eq{$auth3}{s3cret}}}}
          server_set_id = $auth2
        login:
          driver = plaintext
          public_name = LOGIN
          server_prompts = <| Username: | Password:
          server_condition = ${if and{{eq{$auth1}{support@example.test}}{eq{$auth2}{s3cret}}}}
          server_set_id = $auth1

        """;
}
