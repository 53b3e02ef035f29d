BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	who VARCHAR NOT NULL, 
	uid INTEGER NOT NULL, 
	origin VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	params VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	previous VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,101.0,'alice',1000,'local','note','host:web-1','{}','done','0000000000000000000000000000000000000000000000000000000000000000','7aaf37556a38c8108cbba16dcb5332c95b565c6efe2a1357ea02f2a52f9a83b7');
INSERT INTO "audit" VALUES(2,102.0,'alice',1000,'local','note','host:web-1','{}','done','7aaf37556a38c8108cbba16dcb5332c95b565c6efe2a1357ea02f2a52f9a83b7','dac1f6c1e9d87700686c7f210c5969e2f0738b288ac82fd20eba14aeb61c584d');
INSERT INTO "audit" VALUES(3,103.0,'alice',1000,'local','note','host:web-1','{}','done','dac1f6c1e9d87700686c7f210c5969e2f0738b288ac82fd20eba14aeb61c584d','f43eed4d559e8561df7e69ccc0fa4d2e3f521e4b5508c3a6bae8ea222473f684');
CREATE TABLE difference (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	item VARCHAR NOT NULL, 
	at FLOAT NOT NULL, 
	since_at FLOAT NOT NULL, 
	"before" VARCHAR, 
	"after" VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "difference" VALUES(1,1,'mounts','/data',150.0,90.0,NULL,'{"type":"ext4"}');
CREATE TABLE engine_info (
	id INTEGER NOT NULL, 
	fleet VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	loaded_at FLOAT NOT NULL, 
	version VARCHAR NOT NULL, 
	pid INTEGER NOT NULL, 
	boot_id VARCHAR NOT NULL, 
	started_at FLOAT NOT NULL, 
	stopped_at FLOAT, 
	beat_at FLOAT NOT NULL, 
	beat_mono FLOAT NOT NULL, 
	lag_ms FLOAT NOT NULL, 
	polls_per_s FLOAT NOT NULL, 
	hosts INTEGER NOT NULL, 
	error VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "engine_info" VALUES(1,'shop','/etc/x.yaml','d',100.0,'0.1.0',7,'b',100.0,NULL,150.0,50.0,0.0,1.0,2,'');
CREATE TABLE event (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	kind VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "event" VALUES(1,1,150.0,'state','pending → up');
CREATE TABLE fact (
	host_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	period_s FLOAT NOT NULL, 
	tried_at FLOAT NOT NULL, 
	at FLOAT, 
	changed_at FLOAT, 
	text VARCHAR NOT NULL, 
	needs VARCHAR NOT NULL, 
	unread VARCHAR NOT NULL, 
	unread_fields VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	cut INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	items BLOB NOT NULL, 
	PRIMARY KEY (host_id, topic), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "fact" VALUES(1,'mounts',3600.0,150.0,150.0,NULL,'','[]','[]','[]',0,0,'',X'');
CREATE TABLE host (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	port INTEGER, 
	user VARCHAR NOT NULL, 
	via VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	rack VARCHAR NOT NULL, 
	groups VARCHAR NOT NULL, 
	labels VARCHAR NOT NULL, 
	period_s FLOAT NOT NULL, 
	slow_period_s FLOAT NOT NULL, 
	first_seen_at FLOAT NOT NULL, 
	retired_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "host" VALUES(1,'web-1','web-1','192.0.2.1',NULL,'','[]','lon1','','["web"]','{"tier":"1"}',10.0,60.0,100.0,NULL,1);
INSERT INTO "host" VALUES(2,'db-main','db-1','192.0.2.2',NULL,'','[]','lon1','','["web"]','{"tier":"1"}',10.0,60.0,100.0,NULL,1);
INSERT INTO "host" VALUES(3,'old','old','192.0.2.3',NULL,'','[]','lon1','','["web"]','{"tier":"1"}',10.0,60.0,100.0,900.0,1);
INSERT INTO "host" VALUES(4,'twin','twin','192.0.2.4',NULL,'','[]','lon1','','["web"]','{"tier":"1"}',10.0,60.0,100.0,1795875969.0,1);
INSERT INTO "host" VALUES(5,'twin','twin','192.0.2.5',NULL,'','[]','lon1','','["web"]','{"tier":"1"}',10.0,60.0,100.0,NULL,1);
CREATE TABLE host_latest (
	host_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	since_at FLOAT NOT NULL, 
	tried_at FLOAT NOT NULL, 
	tried_mono FLOAT NOT NULL, 
	at FLOAT, 
	mono FLOAT, 
	next_at FLOAT, 
	boot_id VARCHAR NOT NULL, 
	os VARCHAR NOT NULL, 
	kernel VARCHAR NOT NULL, 
	poll_ms FLOAT, 
	cpu FLOAT, 
	user FLOAT, 
	system FLOAT, 
	iowait FLOAT, 
	steal FLOAT, 
	memory FLOAT, 
	swap FLOAT, 
	load1 FLOAT, 
	load5 FLOAT, 
	load15 FLOAT, 
	cpus FLOAT, 
	disk FLOAT, 
	disk_busy FLOAT, 
	net_rx FLOAT, 
	net_tx FLOAT, 
	psi_cpu FLOAT, 
	psi_io FLOAT, 
	psi_memory FLOAT, 
	tcp FLOAT, 
	retransmits FLOAT, 
	files FLOAT, 
	uptime_s FLOAT, 
	clock_offset_s FLOAT, 
	sparks_minute INTEGER NOT NULL, 
	sparks BLOB NOT NULL, 
	detail VARCHAR NOT NULL, 
	PRIMARY KEY (host_id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "host_latest" VALUES(1,5,'up','','ok',100.0,150.0,50.0,150.0,50.0,NULL,'b','Debian','6.1',NULL,12.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,X'0102','{"load.1":0.5}');
CREATE TABLE hostkey (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	public_key VARCHAR NOT NULL, 
	seen_at FLOAT, 
	trusted_at FLOAT, 
	trusted_by VARCHAR NOT NULL, 
	revoked_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (host_id, fingerprint), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "hostkey" VALUES(1,1,'ssh-ed25519','SHA256:abc','ssh-ed25519 AAAA',100.0,110.0,'alice',NULL,2);
CREATE TABLE maintenance (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	starts_at FLOAT NOT NULL, 
	ends_at FLOAT NOT NULL, 
	reason VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "maintenance" VALUES(1,1,100.0,200.0,'disk','alice',NULL,1);
CREATE TABLE operator (
	name VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "operator" VALUES('alice','admin','alice','Alice');
CREATE TABLE section_latest (
	host_id INTEGER NOT NULL, 
	section VARCHAR NOT NULL, 
	period_s FLOAT NOT NULL, 
	tried_at FLOAT NOT NULL, 
	tried_mono FLOAT NOT NULL, 
	at FLOAT, 
	mono FLOAT, 
	severity VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	document VARCHAR NOT NULL, detail VARCHAR DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (host_id, section), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "section_latest" VALUES(1,'filesystems',60.0,150.0,50.0,150.0,50.0,'ok','','{}','{}');
CREATE TABLE service (
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	hosts VARCHAR NOT NULL, 
	depends_on VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "service" VALUES('shop','Shop','["web-1"]','[]');
CREATE TABLE site (
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	racks VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "site" VALUES('lon1','London','["b1"]');
CREATE INDEX ix_host_key ON host ("key");
CREATE INDEX ix_host_name ON host (name);
CREATE INDEX ix_operator_user ON operator (user);
CREATE INDEX ix_maintenance_host_id ON maintenance (host_id);
CREATE INDEX ix_hostkey_host_id ON hostkey (host_id);
CREATE INDEX ix_host_latest_version ON host_latest (version);
CREATE INDEX ix_event_host_id ON event (host_id);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_counts BEFORE INSERT ON audit WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit) BEGIN SELECT RAISE(ABORT, 'audit entries are numbered without a gap'); END;
CREATE UNIQUE INDEX host_live_key ON host ("key") WHERE retired_at IS NULL;
CREATE UNIQUE INDEX host_live_name ON host (name) WHERE retired_at IS NULL;
CREATE INDEX ix_difference_at ON difference (at);
CREATE INDEX difference_of_host ON difference (host_id, at);
COMMIT;
