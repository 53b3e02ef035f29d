BEGIN TRANSACTION;
CREATE TABLE action_item (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	incident_id INTEGER, 
	problem_id INTEGER, 
	kind VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	due_at FLOAT, 
	created_at FLOAT NOT NULL, 
	created_by VARCHAR NOT NULL, 
	done_at FLOAT, 
	done_by VARCHAR NOT NULL, 
	dropped BOOLEAN NOT NULL, 
	undo VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id), 
	FOREIGN KEY(problem_id) REFERENCES problem (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	host_id INTEGER, 
	item VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	services VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	value FLOAT, 
	unit VARCHAR NOT NULL, 
	labels VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	runbook VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	started_at FLOAT NOT NULL, 
	detected_at FLOAT NOT NULL, 
	seen_at FLOAT NOT NULL, 
	expires_at FLOAT, 
	ended_at FLOAT, 
	episode INTEGER NOT NULL, 
	flapping BOOLEAN NOT NULL, 
	acked_at FLOAT, 
	acked_by VARCHAR NOT NULL, 
	ack_until FLOAT, 
	shelved_until FLOAT, 
	shelved_by VARCHAR NOT NULL, 
	suppressed_by VARCHAR NOT NULL, 
	suppressed_ref VARCHAR NOT NULL, 
	incident_id INTEGER, 
	revision INTEGER NOT NULL, numbers VARCHAR DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (source, rule, subject), 
	FOREIGN KEY(host_id) REFERENCES host (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE TABLE approval (
	id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	who VARCHAR NOT NULL, 
	uid INTEGER NOT NULL, 
	behalf VARCHAR NOT NULL, 
	vote VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	frozen_sha VARCHAR NOT NULL, 
	void_at FLOAT, 
	void_why VARCHAR NOT NULL, 
	audit_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(change_id) REFERENCES change (id)
);
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
CREATE TABLE change (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	implementer VARCHAR NOT NULL, 
	requested_by VARCHAR NOT NULL, 
	edited_by VARCHAR NOT NULL, 
	"plan" VARCHAR NOT NULL, 
	plan_values VARCHAR NOT NULL, 
	targets VARCHAR NOT NULL, 
	hosts VARCHAR NOT NULL, 
	services VARCHAR NOT NULL, 
	model_id INTEGER, 
	release_id INTEGER, 
	release_place INTEGER NOT NULL, 
	environment VARCHAR NOT NULL, 
	start VARCHAR NOT NULL, 
	starts_at FLOAT, 
	ends_at FLOAT, 
	window VARCHAR NOT NULL, 
	on_hold VARCHAR NOT NULL, 
	frozen VARCHAR NOT NULL, 
	frozen_sha VARCHAR NOT NULL, 
	frozen_at FLOAT, 
	dry_run_id INTEGER, 
	risk INTEGER, 
	risk_factors VARCHAR NOT NULL, 
	conflicts VARCHAR NOT NULL, 
	assessed_at FLOAT, 
	self_approved BOOLEAN NOT NULL, 
	run_id INTEGER, 
	stopped VARCHAR NOT NULL, 
	review VARCHAR NOT NULL, 
	review_due_at FLOAT, 
	reviewed_by VARCHAR NOT NULL, 
	unauthorised BOOLEAN NOT NULL, 
	difference VARCHAR NOT NULL, 
	opened_at FLOAT NOT NULL, 
	submitted_at FLOAT, 
	approved_at FLOAT, 
	began_at FLOAT, 
	ended_at FLOAT, 
	closed_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(model_id) REFERENCES change_model (id), 
	FOREIGN KEY(release_id) REFERENCES release (id)
);
CREATE TABLE change_cell (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	host VARCHAR NOT NULL, 
	step VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	attempt INTEGER NOT NULL, 
	begun_at FLOAT, 
	ended_at FLOAT, 
	exit_status INTEGER, 
	said VARCHAR NOT NULL, 
	result VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	output BLOB NOT NULL, 
	output_sha VARCHAR NOT NULL, 
	output_bytes INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run_id) REFERENCES change_run (id)
);
CREATE TABLE change_line (
	id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	kind VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	data VARCHAR NOT NULL, 
	audit_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(change_id) REFERENCES change (id)
);
CREATE TABLE change_link (
	id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	other VARCHAR NOT NULL, 
	at FLOAT NOT NULL, 
	who VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(change_id) REFERENCES change (id)
);
CREATE TABLE change_model (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	"plan" VARCHAR NOT NULL, 
	sha VARCHAR NOT NULL, 
	limits VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	edited_by VARCHAR NOT NULL, 
	created_at FLOAT NOT NULL, 
	approved_by VARCHAR NOT NULL, 
	approved_sha VARCHAR NOT NULL, 
	approved_at FLOAT, 
	retired_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
CREATE TABLE change_plan (
	id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	who VARCHAR NOT NULL, 
	"plan" VARCHAR NOT NULL, 
	plan_values VARCHAR NOT NULL, 
	targets VARCHAR NOT NULL, 
	sha VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(change_id) REFERENCES change (id)
);
CREATE TABLE change_run (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	frozen VARCHAR NOT NULL, 
	frozen_sha VARCHAR NOT NULL, 
	batches VARCHAR NOT NULL, 
	batch INTEGER NOT NULL, 
	back_from INTEGER, 
	held VARCHAR NOT NULL, 
	watched_until FLOAT, 
	begun_at FLOAT NOT NULL, 
	ended_at FLOAT, 
	sha VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(change_id) REFERENCES change (id)
);
CREATE TABLE changing_plan (
	id INTEGER NOT NULL, 
	body VARCHAR NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE delegation (
	id INTEGER NOT NULL, 
	giver VARCHAR NOT NULL, 
	taker VARCHAR NOT NULL, 
	begins_at FLOAT NOT NULL, 
	ends_at FLOAT NOT NULL, 
	reason VARCHAR NOT NULL, 
	at FLOAT NOT NULL, 
	ended_at FLOAT, 
	PRIMARY KEY (id)
);
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
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	moment VARCHAR NOT NULL, 
	section VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	cut BOOLEAN NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
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
CREATE TABLE freeze (
	id INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	matcher VARCHAR NOT NULL, 
	begins_at FLOAT NOT NULL, 
	ends_at FLOAT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	proposed BOOLEAN NOT NULL, 
	at FLOAT NOT NULL, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE heartbeat (
	name VARCHAR NOT NULL, 
	last_at FLOAT, 
	last_text VARCHAR NOT NULL, 
	last_ok BOOLEAN NOT NULL, 
	due_at FLOAT, 
	missed BOOLEAN NOT NULL, 
	known BOOLEAN NOT NULL, last_good_at FLOAT, rpo_s FLOAT, backs_up VARCHAR DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (name)
);
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
CREATE TABLE incident (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	impact INTEGER NOT NULL, 
	urgency INTEGER NOT NULL, 
	priority INTEGER NOT NULL, 
	priority_by VARCHAR NOT NULL, 
	group_key VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	service VARCHAR NOT NULL, 
	services VARCHAR NOT NULL, 
	policy VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	on_hold VARCHAR NOT NULL, 
	hold_reason VARCHAR NOT NULL, 
	major BOOLEAN NOT NULL, 
	roles VARCHAR NOT NULL, 
	started_at FLOAT NOT NULL, 
	opened_at FLOAT NOT NULL, 
	alert_at FLOAT NOT NULL, 
	acked_at FLOAT, 
	acked_by VARCHAR NOT NULL, 
	ack_until FLOAT, 
	mitigated_at FLOAT, 
	resolved_at FLOAT, 
	closed_at FLOAT, 
	resolved_by VARCHAR NOT NULL, 
	cause VARCHAR NOT NULL, 
	cause_text VARCHAR NOT NULL, 
	helped VARCHAR NOT NULL, 
	snoozed_until FLOAT, 
	merged_into INTEGER, 
	problem_id INTEGER, 
	runbook VARCHAR NOT NULL, 
	ticked VARCHAR NOT NULL, 
	shape VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(merged_into) REFERENCES incident (id), 
	FOREIGN KEY(problem_id) REFERENCES problem (id)
);
INSERT INTO "incident" VALUES(1,1,'web-1 is down','triage','critical',3,2,4,'','','','','','[]','','','','',0,'{}',149.0,150.0,0.0,NULL,'',NULL,NULL,NULL,NULL,'','','','',NULL,NULL,1,'','[]','',1);
CREATE TABLE known_error (
	id INTEGER NOT NULL, 
	problem_id INTEGER, 
	title VARCHAR NOT NULL, 
	symptom VARCHAR NOT NULL, 
	signature VARCHAR NOT NULL, 
	workaround VARCHAR NOT NULL, 
	solution VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	created_at FLOAT NOT NULL, 
	valid_until FLOAT, 
	matched INTEGER NOT NULL, 
	matched_at FLOAT, 
	undo VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(problem_id) REFERENCES problem (id)
);
CREATE TABLE maintenance (
	id INTEGER NOT NULL, 
	host_id INTEGER NOT NULL, 
	starts_at FLOAT NOT NULL, 
	ends_at FLOAT NOT NULL, 
	reason VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, lasts_s FLOAT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(host_id) REFERENCES host (id)
);
INSERT INTO "maintenance" VALUES(1,1,100.0,200.0,'disk','alice',NULL,1,NULL);
CREATE TABLE notification (
	id INTEGER NOT NULL, 
	incident_id INTEGER, 
	"key" VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	step INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	queued_at FLOAT NOT NULL, 
	not_before FLOAT NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	tried_at FLOAT, 
	done_at FLOAT, 
	error VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	batch VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE TABLE oncall_override (
	id INTEGER NOT NULL, 
	schedule VARCHAR NOT NULL, 
	starts_at FLOAT NOT NULL, 
	ends_at FLOAT NOT NULL, 
	person VARCHAR NOT NULL, 
	instead_of VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE oncall_plan (
	id INTEGER NOT NULL, 
	body VARCHAR NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE operator (
	name VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "operator" VALUES('alice','admin','alice','Alice');
CREATE TABLE past_alert (
	id INTEGER NOT NULL, 
	alert_id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	episode INTEGER NOT NULL, 
	severity VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	value FLOAT, 
	started_at FLOAT NOT NULL, 
	detected_at FLOAT NOT NULL, 
	ended_at FLOAT, 
	acked_at FLOAT, 
	acked_by VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(alert_id) REFERENCES alert (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE TABLE problem (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	priority INTEGER NOT NULL, 
	owner VARCHAR NOT NULL, 
	services VARCHAR NOT NULL, 
	statement VARCHAR NOT NULL, 
	whys VARCHAR NOT NULL, 
	factors VARCHAR NOT NULL, 
	root_cause VARCHAR NOT NULL, 
	workaround VARCHAR NOT NULL, 
	fix VARCHAR NOT NULL, 
	risk_until FLOAT, 
	duplicate_of INTEGER, 
	resolution VARCHAR NOT NULL, 
	proposed BOOLEAN NOT NULL, 
	shape VARCHAR NOT NULL, 
	changes VARCHAR NOT NULL, 
	opened_at FLOAT NOT NULL, 
	opened_by VARCHAR NOT NULL, 
	resolved_at FLOAT, 
	closed_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(duplicate_of) REFERENCES problem (id)
);
INSERT INTO "problem" VALUES(1,1,'disk fills','new',3,'alice','[]','','[]','[]','','','',NULL,NULL,'',0,'','["CHG-1"]',150.0,'alice',NULL,NULL,1);
CREATE TABLE problem_line (
	id INTEGER NOT NULL, 
	problem_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	kind VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	data VARCHAR NOT NULL, 
	audit_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(problem_id) REFERENCES problem (id)
);
CREATE TABLE release (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	service VARCHAR NOT NULL, 
	versions VARCHAR NOT NULL, 
	environments VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	notes VARCHAR NOT NULL, 
	committed_at FLOAT, 
	decided_by VARCHAR NOT NULL, 
	decided_at FLOAT, 
	owner VARCHAR NOT NULL, 
	opened_at FLOAT NOT NULL, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE review (
	id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	what_happened VARCHAR NOT NULL, 
	impact VARCHAR NOT NULL, 
	went_well VARCHAR NOT NULL, 
	went_badly VARCHAR NOT NULL, 
	lucky VARCHAR NOT NULL, 
	factors VARCHAR NOT NULL, 
	due_at FLOAT, 
	created_at FLOAT NOT NULL, 
	created_by VARCHAR NOT NULL, 
	undo VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (incident_id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
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
CREATE TABLE silence (
	id INTEGER NOT NULL, 
	matchers VARCHAR NOT NULL, 
	starts_at FLOAT NOT NULL, 
	ends_at FLOAT, 
	reason VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	incident_id INTEGER, 
	ended_at FLOAT, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE TABLE site (
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	racks VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "site" VALUES('lon1','London','["b1"]');
CREATE TABLE slo (
	service VARCHAR NOT NULL, 
	measured_by VARCHAR NOT NULL, 
	target FLOAT NOT NULL, 
	over_s FLOAT NOT NULL, 
	good_s FLOAT NOT NULL, 
	bad_s FLOAT NOT NULL, 
	unknown_s FLOAT NOT NULL, 
	burn_5m FLOAT, 
	burn_1h FLOAT, 
	burn_6h FLOAT, 
	bad_at FLOAT, 
	at FLOAT NOT NULL, 
	settled INTEGER NOT NULL, 
	freeze_id INTEGER, 
	PRIMARY KEY (service), 
	FOREIGN KEY(freeze_id) REFERENCES freeze (id)
);
CREATE TABLE slo_day (
	service VARCHAR NOT NULL, 
	day INTEGER NOT NULL, 
	good BLOB NOT NULL, 
	bad BLOB NOT NULL, 
	PRIMARY KEY (service, day)
);
CREATE TABLE timeline (
	id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	kind VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	data VARCHAR NOT NULL, 
	audit_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
INSERT INTO "timeline" VALUES(1,1,150.0,'opened','','web-1 is down','{}',NULL);
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
CREATE INDEX ix_problem_version ON problem (version);
CREATE INDEX ix_incident_shape ON incident (shape);
CREATE INDEX incident_of_group ON incident (group_key, state);
CREATE INDEX ix_incident_version ON incident (version);
CREATE INDEX alert_of_incident ON alert (incident_id);
CREATE INDEX ix_alert_host_id ON alert (host_id);
CREATE INDEX ix_alert_version ON alert (version);
CREATE INDEX ix_past_alert_incident_id ON past_alert (incident_id);
CREATE INDEX timeline_of_incident ON timeline (incident_id, at);
CREATE INDEX evidence_of_incident ON evidence (incident_id);
CREATE INDEX notification_of_incident ON notification (incident_id);
CREATE INDEX notification_of_state ON notification (state);
CREATE INDEX line_of_problem ON problem_line (problem_id, at);
CREATE INDEX ix_known_error_problem_id ON known_error (problem_id);
CREATE INDEX ix_action_item_incident_id ON action_item (incident_id);
CREATE INDEX ix_action_item_problem_id ON action_item (problem_id);
CREATE INDEX ix_action_item_version ON action_item (version);
CREATE INDEX ix_release_version ON release (version);
CREATE INDEX ix_change_state ON change (state);
CREATE INDEX ix_change_version ON change (version);
CREATE INDEX line_of_change ON change_line (change_id, at);
CREATE INDEX plan_of_change ON change_plan (change_id, number);
CREATE INDEX link_of_change ON change_link (change_id);
CREATE INDEX link_to ON change_link (kind, other);
CREATE INDEX approval_of_change ON approval (change_id);
CREATE INDEX ix_change_run_version ON change_run (version);
CREATE INDEX run_of_change ON change_run (change_id);
CREATE INDEX cell_of_run ON change_cell (run_id, version);
CREATE UNIQUE INDEX one_cell ON change_cell (run_id, host, step);
COMMIT;
