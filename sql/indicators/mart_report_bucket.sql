-- Every questionnaire in exactly one bucket, by delivery, instrument and moment.
--
-- table: mart_report_bucket
-- grain: delivery_id, instrument_code, moment_code, bucket_code
-- sources: core_patient_report
-- parameters: none
SELECT
    delivery_id, instrument_code, moment_code, bucket_code,
    count(*) AS reports
FROM core_patient_report
GROUP BY delivery_id, instrument_code, moment_code, bucket_code
